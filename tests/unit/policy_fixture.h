/* What the tests of policies share: a folder with layers in it. */
#ifndef ASSAY_TESTS_POLICY_FIXTURE_H
#define ASSAY_TESTS_POLICY_FIXTURE_H

#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <assay/buf.h>
#include <assay/fs.h>
#include <assay/json.h>
#include <assay/policy.h>

static char folder[64];

static inline void set_up(void)
{
    snprintf(folder, sizeof(folder), "/tmp/assay-policy-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
}

static inline void tear_down(void)
{
    ck_assert_int_eq(assay_fs_remove_tree(folder, NULL), 0);
}

static inline const char *in_folder(const char *name)
{
    static char path[256];

    snprintf(path, sizeof(path), "%s/%s", folder, name);
    return path;
}

static inline void put(const char *name, const char *text)
{
    struct assay_error err = {0};
    const char *path = in_folder(name);

    ck_assert_msg(assay_fs_write_file(path, text, strlen(text), 0644, &err) == 0, "%s", err.text);
}

/* Writes {"schema", "name": NAME, MEMBERS} to NAME.json. */
static inline void layer(const char *name, const char *members)
{
    char file[64];
    _cleanup_buf_ struct assay_buf buf = ASSAY_BUF(1 << 20);

    snprintf(file, sizeof(file), "%s.json", name);
    assay_buf_printf(&buf, "{\"schema\": \"assay.policy/1\", \"name\": \"%s\"%s%s}", name,
                     members[0] ? ", " : "", members);
    put(file, assay_buf_str(&buf));
}

static inline json_t *load(const char *name)
{
    struct assay_error err = {0};
    json_t *policy = NULL;

    ck_assert_msg(assay_policy_load(in_folder(name), &policy, &err) == 0, "%s", err.text);
    return policy;
}

/* Loading must fail with all of the `;`-separated texts in the message. */
static inline void refuse(const char *name, int code, const char *texts)
{
    struct assay_error err = {0};
    json_t *policy = NULL;
    _cleanup_free_ char *copy = strdup(texts);
    char *save, *text;

    ck_assert_msg(assay_policy_load(in_folder(name), &policy, &err) == code, "%s: %d %s", name,
                  err.code, err.text);
    ck_assert_ptr_null(policy);
    for (text = strtok_r(copy, ";", &save); text; text = strtok_r(NULL, ";", &save))
        ck_assert_msg(strstr(err.text, text) != NULL, "'%s' is not in: %s", text, err.text);
}

static inline const char *check_severity(const json_t *policy, const char *id)
{
    const json_t *checks = json_object_get(policy, "checks");

    return assay_json_string(json_object_get(checks, id), "severity", "none");
}

#endif
