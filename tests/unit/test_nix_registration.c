/* The text that nix-store --load-db reads. */
#include <errno.h>
#include <string.h>

#include "nix/registration.h"
#include "suite.h"

#define PATH "/nix/store/0c0ssfrgi1pj97kqxrgq4kq1lr8asgrx-tests"
#define HEX "b94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde9"
#define NIX32 "1sfdxziarxw8j3p80lvswgpq9i7smdyxmmsj5sjhhgjdjfwjfkdr"

static struct registration *registration;
static struct assay_error err;

static int open_text(const char *text)
{
    static char copy[4096];

    registration = registration_free(registration);
    strcpy(copy, text);
    return registration_open(copy, strlen(copy), &registration, &err);
}

static void check_found(const char *path, uint8_t first, uint64_t size)
{
    struct nix_path_info info;

    ck_assert(registration_find(registration, path, &info));
    ck_assert_uint_eq(info.nar_sha256[0], first);
    ck_assert_uint_eq(info.nar_size, size);
}

START_TEST(paths_with_and_without_references)
{
    static const char zeros[] = "0000000000000000000000000000000000000000000000000000000000000000";
    char text[2048];

    snprintf(text, sizeof(text),
             PATH "\n" HEX "\n120\n\n2\n/nix/store/a\n/nix/store/b\n"
                  "/nix/store/a\n%s\n7\n/nix/store/x.drv\n0\n",
             zeros);
    ck_assert_int_eq(open_text(text), 0);
    check_found(PATH, 0xb9, 120);
    check_found("/nix/store/a", 0, 7);
    ck_assert(!registration_find(registration, "/nix/store/b", &(struct nix_path_info){0}));
}
END_TEST

START_TEST(hashes_in_all_spellings)
{
    static const char *const hashes[] = {HEX, "sha256:" HEX, NIX32, "sha256:" NIX32};
    uint8_t bytes[ASSAY_SHA256_SIZE];
    char text[1024], back[NIX32_SHA256];

    for (size_t i = 0; i < sizeof(hashes) / sizeof(*hashes); i++) {
        snprintf(text, sizeof(text), PATH "\n%s\n1\n\n0\n", hashes[i]);
        ck_assert_int_eq(open_text(text), 0);
        check_found(PATH, 0xb9, 1);
    }
    ck_assert_int_eq(nix32_decode_sha256(NIX32, bytes), 0);
    nix32_encode_sha256(bytes, back);
    ck_assert_str_eq(back, NIX32);
}
END_TEST

START_TEST(what_is_none_is_refused_with_its_line)
{
    static const struct {
        const char *text, *line;
    } cases[] = {
        {PATH "\n", "line 1 "},
        {PATH "\nnothash\n1\n\n0\n", "line 2 "},
        {PATH "\n" HEX "\n-1\n\n0\n", "line 3 "},
        {PATH "\n" HEX "\n1x\n\n0\n", "line 3 "},
        {PATH "\n" HEX "\n1\n\n18446744073709551615\n/nix/store/a\n", "line 6 "},
        {PATH "\n" HEX "\n1\n\n0", "line 5 "},
        {PATH "\nz" NIX32 "\n1\n\n0\n", "line 2 "},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        ck_assert_int_eq(open_text(cases[i].text), -EBADMSG);
        ck_assert_msg(strstr(err.text, cases[i].line) != NULL, "%zu: %s", i, err.text);
    }
}
END_TEST

static void end(void)
{
    registration = registration_free(registration);
}

int main(void)
{
    const TTest *const tests[] = {paths_with_and_without_references, hashes_in_all_spellings,
                                  what_is_none_is_refused_with_its_line, NULL};

    return suite_run("nix_registration", tests, NULL, end);
}
