#include "scan/rule.h"

#include <errno.h>
#include <hs.h>
#include <string.h>

static int compile_pattern(const char *id, const char *pattern, uint32_t options, pcre2_code **ret,
                           struct assay_error *err)
{
    char text[160];
    PCRE2_SIZE offset;
    int error;
    pcre2_code *code =
        pcre2_compile((PCRE2_SPTR)pattern, PCRE2_ZERO_TERMINATED,
                      PCRE2_MULTILINE | PCRE2_DUPNAMES | options, &error, &offset, NULL);

    if (!code) {
        pcre2_get_error_message(error, (PCRE2_UCHAR *)text, sizeof(text));
        return assay_error_set(err, EINVAL, "rule %s: the pattern is wrong at character %zu: %s",
                               id, offset, text);
    }
    error = pcre2_jit_compile(code, PCRE2_JIT_COMPLETE);
    if (error < 0 && error != PCRE2_ERROR_JIT_BADOPTION) {
        pcre2_code_free(code);
        return assay_error_set(err, ENOMEM,
                               "rule %s: the pattern cannot be compiled to machine code", id);
    }
    *ret = code;
    return 0;
}

/* Notes the numbers of the groups that are named `secret`. */
static int find_groups(struct rule *rule, struct assay_error *err)
{
    PCRE2_SPTR first, last;
    int size = pcre2_substring_nametable_scan(rule->pattern, (PCRE2_SPTR) "secret", &first, &last);

    if (size < 0)
        return 0;
    for (PCRE2_SPTR entry = first; entry <= last; entry += size) {
        if (rule->n_groups == RULE_GROUPS_MAX)
            return assay_error_set(err, EINVAL, "rule %s: at most %d groups can be named secret",
                                   rule->id, RULE_GROUPS_MAX);
        rule->groups[rule->n_groups++] = entry[0] << 8 | entry[1];
    }
    return 0;
}

static int compile_paths(struct rule *rule, const json_t *paths, struct assay_error *err)
{
    size_t i, n = json_array_size(paths);
    json_t *path;

    if (n == 0)
        return 0;
    rule->paths = calloc(n, sizeof(*rule->paths));
    if (!rule->paths)
        return assay_error_set(err, ENOMEM, "rule %s: out of memory", rule->id);
    json_array_foreach(paths, i, path)
    {
        int r = compile_pattern(rule->id, json_string_value(path), 0, &rule->paths[i], err);

        if (r < 0)
            return r;
        rule->n_paths++;
    }
    return 0;
}

static int find_check(struct rule *rule, const char *name, struct assay_error *err)
{
    _cleanup_buf_ struct assay_buf names = ASSAY_BUF(4096);

    if (!name)
        return 0;
    rule->check = checksum_find(name);
    if (rule->check)
        return 0;
    checksum_names(&names);
    return assay_error_set(err, EINVAL, "rule %s: there is no check named %s; known are %s",
                           rule->id, name, assay_buf_str(&names));
}

static int fill(const json_t *json, struct rule *rule, struct assay_error *err)
{
    const char *pattern = assay_json_string(json, "pattern", NULL);
    bool caseless = assay_json_bool(json, "caseless", false);
    int r;

    rule->id = assay_json_string(json, "id", "(without an id)");
    rule->message = assay_json_string(json, "message", "");
    rule->help = assay_json_string(json, "help", "");
    rule->keep = (size_t)assay_json_int(json, "keep", 0);
    rule->entropy = json_number_value(json_object_get(json, "entropy"));
    rule->placeholders = assay_json_bool(json, "placeholders", true);
    if (!pattern)
        return assay_error_set(err, EINVAL, "rule %s: it has no pattern", rule->id);
    if (severity_parse(assay_json_string(json, "severity", ""), &rule->severity) < 0)
        return assay_error_set(err, EINVAL,
                               "rule %s: the severity must be critical, high, medium, low or info",
                               rule->id);
    if (finding_class_parse(assay_json_string(json, "class", "secret"), &rule->class) < 0)
        return assay_error_set(err, EINVAL, "rule %s: the class must be secret or personal",
                               rule->id);
    rule->expression = assay_json_string(json, "prefilter", pattern);
    rule->flags = HS_FLAG_MULTILINE | (caseless ? (unsigned)HS_FLAG_CASELESS : 0);
    r = find_check(rule, assay_json_string(json, "check", NULL), err);
    if (r == 0)
        r = compile_pattern(rule->id, pattern, caseless ? PCRE2_CASELESS : 0, &rule->pattern, err);
    if (r == 0)
        r = find_groups(rule, err);
    if (r == 0)
        r = compile_paths(rule, json_object_get(json, "paths"), err);
    rule->rank = (strcmp(assay_json_string(json, "family", ""), "generic") != 0 &&
                  rule->class != FINDING_PERSONAL) +
                 (rule->check && !rule->check->guess);
    return r;
}

int rule_compile(const json_t *json, struct rule *ret, struct assay_error *err)
{
    struct rule rule = {0};
    int r = fill(json, &rule, err);

    if (r < 0)
        rule_clear(&rule);
    else
        *ret = rule;
    return r;
}

int rule_check_expression(struct rule *rule, struct assay_error *err)
{
    hs_compile_error_t *error = NULL;
    hs_expr_info_t *info = NULL;
    int r = 0;

    if (hs_expression_info(rule->expression, rule->flags, &info, &error) != HS_SUCCESS) {
        hs_free_compile_error(error);
        error = NULL;
        rule->flags |= HS_FLAG_PREFILTER;
        if (hs_expression_info(rule->expression, rule->flags, &info, &error) != HS_SUCCESS)
            r = assay_error_set(err, EINVAL,
                                "rule %s: the first pass cannot use this pattern (%s); give the "
                                "rule a `prefilter`",
                                rule->id, error ? error->message : "no reason given");
        hs_free_compile_error(error);
    }
    if (r == 0 && info->min_width == 0)
        r = assay_error_set(err, EINVAL,
                            "rule %s: the pattern matches nothing at all, and so "
                            "everywhere; demand at least one character",
                            rule->id);
    free(info);
    return r;
}

void rule_clear(struct rule *rule)
{
    pcre2_code_free(rule->pattern);
    for (size_t i = 0; i < rule->n_paths; i++)
        pcre2_code_free(rule->paths[i]);
    free(rule->paths);
    *rule = (struct rule){0};
}
