/* Signatures of store paths, made by Nix itself. */
#include "image_support.h"
#include "nix/signature.h"

#include <assay/json.h>

#define NIX                                                                                 \
    "export HOME=$PWD NIX_CONFIG=\"$(printf 'experimental-features = nix-command flakes\\n" \
    "substituters =\\nsandbox = false\\nbuild-users-group =')\"; store=$PWD/store\n"

static struct assay_buf text = {.max = 1 << 20};
static json_t *infos, *keys;
static struct assay_error err;

static json_t *read_lines(const char *name)
{
    char path[256];

    snprintf(path, sizeof(path), "%s/%s", folder, name);
    text.len = 0;
    ck_assert_int_eq(assay_fs_read_file(path, &text, &err), 0);
    return json_string(assay_buf_str(&text));
}

/* A store with a path that refers to another, both signed. */
static void begin(void)
{
    set_up();
    sh(NIX "nix key generate-secret --key-name cache.example-1 >secret\n"
           "nix key convert-secret-to-public <secret >public\n"
           "nix key generate-secret --key-name cache.example-1 | nix key convert-secret-to-public "
           ">other\n"
           "mkdir tree; echo content >tree/file; tree=$(nix-store --store $store --add tree)\n"
           "path=$(nix-instantiate --store $store --eval --read-write-mode -E \"builtins.toFile "
           "\\\"refers\\\" "
           "(builtins.appendContext \\\"$tree\\\" { \\\"$tree\\\" = { path = true; }; })\" "
           "| tr -d '\"')\n"
           "nix store sign --store $store -k secret $tree $path\n"
           "nix path-info --store $store --json --sigs $tree $path >infos");
    json_decref(read_lines("infos"));
    infos = json_loads(assay_buf_str(&text), 0, NULL);
    ck_assert_uint_eq(json_array_size(infos), 2);
    keys = json_pack("[s, o, o]", "no key at all", read_lines("other"), read_lines("public"));
}

static void end(void)
{
    json_decref(infos);
    json_decref(keys);
    assay_buf_free(&text);
    tear_down();
}

/* Checks the signature of what Nix says about path number `i`, after `change` was made to it. */
static int check(size_t i, void (*change)(struct nix_path_info *info), const char *other)
{
    json_t *json = json_array_get(infos, i), *refs = json_object_get(json, "references");
    const char *names[2] = {json_string_value(json_array_get(refs, 0)), NULL};
    const char *hash = assay_json_string(json, "narHash", "");
    const char *signature =
        json_string_value(json_array_get(json_object_get(json, "signatures"), 0));
    struct nix_path_info info = {
        .path = assay_json_string(json, "path", ""),
        .nar_size = (uint64_t)assay_json_int(json, "narSize", 0),
        .references = names,
        .n_references = json_array_size(refs),
    };

    ck_assert_int_eq(assay_base64_decode(hash + strlen("sha256-"), strlen(hash + strlen("sha256-")),
                                         info.nar_sha256, sizeof(info.nar_sha256)),
                     0);
    if (change)
        change(&info);
    return nix_signature_holds(&info, other ? other : signature, keys);
}

static void change_hash(struct nix_path_info *info)
{
    info->nar_sha256[31] ^= 1;
}

static void change_size(struct nix_path_info *info)
{
    info->nar_size++;
}

static void change_path(struct nix_path_info *info)
{
    info->path = "/nix/store/00000000000000000000000000000000-other";
}

static void change_references(struct nix_path_info *info)
{
    info->n_references = !info->n_references;
}

START_TEST(holds_for_what_was_signed_and_for_nothing_else)
{
    size_t referring = 0;

    for (size_t i = 0; i < 2; i++) {
        referring += json_array_size(json_object_get(json_array_get(infos, i), "references"));
        ck_assert_int_eq(check(i, NULL, NULL), 1);
        ck_assert_int_eq(check(i, change_hash, NULL), 0);
        ck_assert_int_eq(check(i, change_size, NULL), 0);
        ck_assert_int_eq(check(i, change_path, NULL), 0);
    }
    ck_assert_uint_eq(referring, 1);
    for (size_t i = 0; i < 2; i++)
        if (json_array_size(json_object_get(json_array_get(infos, i), "references")))
            ck_assert_int_eq(check(i, change_references, NULL), 0);
}
END_TEST

START_TEST(what_is_malformed_is_no_signature)
{
    static const char *const wrong[] = {
        "",
        ":",
        "cache.example-1",
        "cache.example-1:",
        "cache.example-1:AAAA",
        "cache.example-1:!!!!",
        ":AAAA",
    };

    for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++)
        ck_assert_int_eq(check(0, NULL, wrong[i]), 0);
}
END_TEST

START_TEST(only_the_keys_that_are_trusted_count)
{
    json_array_remove(keys, 2);
    ck_assert_int_eq(check(0, NULL, NULL), 0);
}
END_TEST

START_TEST(keys_are_checked)
{
    const char *good = json_string_value(json_array_get(keys, 2));

    ck_assert_int_eq(nix_signature_check_key(good, &err), 0);
    ck_assert_int_eq(nix_signature_check_key("cache.example-1:AAAA", &err), -EINVAL);
    ck_assert_ptr_nonnull(strstr(err.text, "NAME:BASE64"));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("nix_signature");
    TCase *tcase = tcase_create("nix_signature");

    tcase_add_checked_fixture(tcase, begin, end);
    tcase_set_timeout(tcase, 120);
    tcase_add_test(tcase, holds_for_what_was_signed_and_for_nothing_else);
    tcase_add_test(tcase, what_is_malformed_is_no_signature);
    tcase_add_test(tcase, only_the_keys_that_are_trusted_count);
    tcase_add_test(tcase, keys_are_checked);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
