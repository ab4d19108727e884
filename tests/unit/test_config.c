/* The daemon's configuration: what is taken, and what each error says. */
#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <assay/cleanup.h>
#include <assay/fs.h>

#include "app.h"

static char dir[64], path[128];
static struct assay_error err;

static void setup(void)
{
    snprintf(dir, sizeof(dir), "/tmp/assay-test-config.XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(dir));
    snprintf(path, sizeof(path), "%s/assayd.json", dir);
}

static void teardown(void)
{
    ck_assert_int_eq(assay_fs_remove_tree(dir, &err), 0);
}

static json_t *sample(void)
{
    return json_pack("{s:s, s:s, s:s, s:{s:{s:s, s:s, s:s}, s:{s:s, s:s, s:s, s:s}}}", "state_dir",
                     "state", "work_dir", "/var/cache/assay", "signing_key", "./minisign.key",
                     "targets", "minimal", "flake", "./flake", "attribute", "a.b", "kind",
                     "tarball", "disk", "flake", "github:owner/repository", "attribute", "c",
                     "kind", "image", "file", "disk.qcow2");
}

static int load(json_t *json, struct config *ret)
{
    ck_assert_int_eq(json_dump_file(json, path, 0), 0);
    json_decref(json);
    return config_load(path, ret, &err);
}

START_TEST(a_configuration_is_read)
{
    struct config config;
    const struct target *target;
    char expected[128];

    ck_assert_msg(load(sample(), &config) == 0, "%s", err.text);
    snprintf(expected, sizeof(expected), "%s/state", dir);
    ck_assert_str_eq(config.state_dir, expected);
    snprintf(expected, sizeof(expected), "%s/minisign.key", dir);
    ck_assert_str_eq(config.signing_key, expected);
    ck_assert_str_eq(config.work_dir, "/var/cache/assay");
    ck_assert_str_eq(config.listen, "127.0.0.1:8420");
    ck_assert(!config.read_public);
    ck_assert_int_eq(config.concurrency, 1);
    ck_assert_uint_eq(config.audit_memory, 512u << 20);
    ck_assert_int_eq(config.silence_seconds, 3600);
    ck_assert_str_eq(config.nix_program, "nix");
    target = config_target(&config, "minimal");
    snprintf(expected, sizeof(expected), "%s/flake", dir);
    ck_assert_str_eq(target->flake, expected);
    ck_assert_str_eq(target->file, "minimal.wsl");
    ck_assert(target->tarball);
    ck_assert_ptr_nonnull(target->policy);
    target = config_target(&config, "disk");
    ck_assert_str_eq(target->flake, "github:owner/repository");
    ck_assert_str_eq(target->file, "disk.qcow2");
    ck_assert_ptr_null(config_target(&config, "other"));
    config_free(&config);
}
END_TEST

START_TEST(a_part_of_a_section_keeps_the_other_defaults)
{
    struct config config;
    json_t *json = sample();

    json_object_set_new(json, "timeouts", json_pack("{s:i}", "build_seconds", 7));
    ck_assert_msg(load(json, &config) == 0, "%s", err.text);
    ck_assert_int_eq(config.build_seconds, 7);
    ck_assert_int_eq(config.assemble_seconds, 3600);
    config_free(&config);
}
END_TEST

/* One wrong thing each: the key that the message must name, and a word of the mend. */
static const struct {
    const char *section; /* of the sample; NULL: its top */
    const char *key, *value;
    const char *says, *mend;
} wrong[] = {
    {NULL, "satte_dir", "\"x\"", "satte_dir", "did you mean 'state_dir'"},
    {NULL, "frobnicate", "1", "frobnicate", "remove it"},
    {NULL, "state_dir", NULL, "state_dir", "the folder for database"},
    {NULL, "state_dir", "\"\"", "state_dir", "/var/lib/assay"},
    {NULL, "work_dir", "\"state/work\"", "work_dir", "side by side"},
    {NULL, "listen", "\"8420\"", "listen", "ADDRESS:PORT"},
    {NULL, "read", "\"everyone\"", "read", "public"},
    {NULL, "concurrency", "0", "concurrency", "the least is 1"},
    {NULL, "concurrency", "\"1\"", "concurrency", "must be of type integer"},
    {NULL, "tarball_runner", "\"sudo -n\"", "tarball_runner", "[\"unshare\""},
    {NULL, "nix", "{\"options\": {\"sandbox\": false}}", "nix.options.sandbox", "\"false\""},
    {NULL, "timeouts", "{\"build\": 3}", "timeouts.build", "not a known key"},
    {NULL, "targets", "{\"a b\": {}}", "targets.a b", "a target's name"},
    {"targets", "other", "{\"flake\": \"-x\", \"attribute\": \"a\", \"kind\": \"image\"}",
     "targets.other.flake", "flake.nix"},
    {"targets", "other", "{\"flake\": \"x\", \"attribute\": \"a\", \"kind\": \"iso\"}",
     "targets.other.kind", "tarball"},
    {"targets", "other", "{\"flake\": \"x\", \"kind\": \"image\"}", "targets.other.attribute",
     "tarballBuilder"},
    {"targets", "other",
     "{\"flake\": \"x\", \"attribute\": \"a\", \"kind\": \"image\", \"file\": \"../x\"}",
     "targets.other.file", "letters"},
    {"targets", "other",
     "{\"flake\": \"x\", \"attribute\": \"a\", \"kind\": \"image\", \"policy\": \"gone.json\"}",
     "targets.other.policy", "gone.json"},
};

START_TEST(errors_name_the_key_and_the_mend)
{
    struct config config;
    json_t *json = sample();
    json_t *at = wrong[_i].section ? json_object_get(json, wrong[_i].section) : json;

    if (wrong[_i].value)
        json_object_set_new(at, wrong[_i].key, json_loads(wrong[_i].value, JSON_DECODE_ANY, NULL));
    else
        json_object_del(at, wrong[_i].key);
    ck_assert_int_lt(load(json, &config), 0);
    ck_assert_msg(strstr(err.text, "assayd.json") != NULL, "%s", err.text);
    ck_assert_msg(strstr(err.text, wrong[_i].says) != NULL, "%s", err.text);
    ck_assert_msg(strstr(err.text, wrong[_i].mend) != NULL, "%s", err.text);
}
END_TEST

START_TEST(a_file_that_is_no_json_or_not_there_is_named)
{
    struct config config;

    ck_assert_int_eq(config_load(path, &config, &err), -ENOENT);
    ck_assert_ptr_nonnull(strstr(err.text, path));
    ck_assert_int_eq(assay_fs_write_file(path, "{\n  \"a\": }", 10, 0600, &err), 0);
    ck_assert_int_eq(config_load(path, &config, &err), -EINVAL);
    ck_assert_ptr_nonnull(strstr(err.text, "line 2"));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("config");
    TCase *tests = tcase_create("config");
    SRunner *runner;
    int failed;

    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, a_configuration_is_read);
    tcase_add_test(tests, a_part_of_a_section_keeps_the_other_defaults);
    tcase_add_loop_test(tests, errors_name_the_key_and_the_mend, 0,
                        (int)(sizeof(wrong) / sizeof(*wrong)));
    tcase_add_test(tests, a_file_that_is_no_json_or_not_there_is_named);
    suite_add_tcase(suite, tests);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
