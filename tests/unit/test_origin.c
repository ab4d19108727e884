/* What of an entry in a store path a signature covers. */
#include <check.h>

#include "audit/origin.h"
#include "suite.h"

static struct origin_entry told_of(const struct entry *entry)
{
    _cleanup_json_ json_t *keys = json_array();
    struct origin *origin = origin_new(keys);
    struct origin_entry ret = {0};

    ck_assert_ptr_nonnull(origin);
    ck_assert_int_eq(origin_entry(origin, entry, NULL, &ret), 0);
    origin_free(origin);
    return ret;
}

START_TEST(only_names_that_are_hashed_are_covered)
{
    const struct entry_xattr xattr = {
        .name = "user.note", .value = (const uint8_t *)"x", .value_len = 1};
    struct entry entry = {.container = "", .path = "nix/store/aaa-b", .type = ENTRY_FILE};
    struct entry linked = entry, owned = entry, noted = entry, symlink = entry;

    linked.link = "another/name"; /* a hard link that brings its content along */
    owned.uname = "somebody";
    noted.xattrs = &xattr;
    noted.n_xattrs = 1;
    symlink.type = ENTRY_SYMLINK;
    symlink.link = "target";
    ck_assert(told_of(&entry).names);
    ck_assert(told_of(&symlink).names);
    ck_assert(!told_of(&linked).names);
    ck_assert(!told_of(&owned).names);
    ck_assert(!told_of(&noted).names);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {only_names_that_are_hashed_are_covered, NULL};

    return suite_run("origin", tests, NULL, NULL);
}
