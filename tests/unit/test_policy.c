/* Policies: layers, rule files, locks. */
#include "policy_fixture.h"
#include "suite.h"

/* --- layers ------------------------------------------------------------------------------- */

START_TEST(base_is_built_in)
{
    json_t *one = NULL, *two = NULL;
    struct assay_error err = {0};

    ck_assert_msg(assay_policy_load(NULL, &one, &err) == 0, "%s", err.text);
    ck_assert_int_eq(assay_policy_load("base", &two, &err), 0);
    ck_assert(json_equal(one, two));
    ck_assert_str_eq(assay_json_string(one, "schema", ""), "assay.policy.resolved/1");
    ck_assert_uint_eq(strlen(assay_json_string(one, "digest", "")), 64);
    ck_assert_uint_eq(strlen(assay_json_string(one, "rules_digest", "")), 64);
    ck_assert_str_eq(assay_json_string(json_object_get(one, "block"), "unaudited", ""), "info");
    ck_assert_str_eq(check_severity(one, "hygiene.machine-id"), "high");
    ck_assert_uint_eq(json_array_size(json_object_get(one, "layers")), 1);
    json_decref(one);
    json_decref(two);
}
END_TEST

START_TEST(the_examples_stand_on_one_another)
{
    static const char *const names[] = {"base", "enterprise", "tiger-team"};
    json_t *policy = NULL;
    struct assay_error err = {0};
    const json_t *layers, *locked;

    ck_assert_msg(
        assay_policy_load(ASSAY_SOURCE_DIR "/policies/teams/tiger-team.json", &policy, &err) == 0,
        "%s", err.text);
    layers = json_object_get(policy, "layers");
    ck_assert_uint_eq(json_array_size(layers), 3);
    for (size_t i = 0; i < 3; i++)
        ck_assert_str_eq(assay_json_string(json_array_get(layers, i), "name", ""), names[i]);
    ck_assert_uint_eq(json_array_size(json_object_get(policy, "identities")), 4);
    ck_assert_str_eq(check_severity(policy, "hygiene.resolv-conf"), "medium");
    locked = json_object_get(json_object_get(policy, "locked"), "hygiene.ssh-host-key");
    ck_assert_str_eq(assay_json_string(locked, "layer", ""), "enterprise");
    ck_assert_int_eq(assay_json_int(locked, "level", -1), 1);
    json_decref(policy);
}
END_TEST

START_TEST(what_a_layer_sets_replaces_what_is_below)
{
    json_t *policy;

    layer("low", "\"block\": {\"wsl\": \"low\", \"nixos\": \"high\"}, \"budget\": {\"depth\": 3,"
                 "\"entries\": 10}, \"rules\": {\"hygiene.*\": {\"severity\": \"low\"},"
                 "\"hygiene.machine-id\": {\"severity\": \"critical\"}}");
    layer("top", "\"extends\": \"low.json\", \"block\": {\"wsl\": \"never\"}, \"budget\":"
                 "{\"depth\": 4}, \"rules\": {\"nixos.channels\": {\"enabled\": false}}");
    policy = load("top.json");
    ck_assert_str_eq(assay_json_string(json_object_get(policy, "block"), "wsl", ""), "never");
    ck_assert_str_eq(assay_json_string(json_object_get(policy, "block"), "nixos", ""), "high");
    ck_assert_str_eq(assay_json_string(json_object_get(policy, "block"), "secret", ""), "low");
    ck_assert_int_eq(assay_json_int(json_object_get(policy, "budget"), "depth", 0), 4);
    ck_assert_int_eq(assay_json_int(json_object_get(policy, "budget"), "entries", 0), 10);
    ck_assert_str_eq(check_severity(policy, "hygiene.shadow-hash"), "low");
    ck_assert_str_eq(check_severity(policy, "hygiene.machine-id"), "critical");
    ck_assert(!assay_json_bool(json_object_get(json_object_get(policy, "checks"), "nixos.channels"),
                               "enabled", true));
    json_decref(policy);
}
END_TEST

START_TEST(identities_add_up_and_keep_the_worse_severity)
{
    json_t *policy;
    const json_t *identities;

    layer("low", "\"identities\": [{\"kind\": \"name\", \"value\": \"Mira Holt\", \"severity\":"
                 "\"critical\"}, {\"kind\": \"domain\", \"value\": \"corp.example\"}]");
    layer("top", "\"extends\": \"low.json\", \"identities\": [{\"kind\": \"name\", \"value\":"
                 "\"mira holt\", \"severity\": \"info\"}, {\"kind\": \"email\", \"value\":"
                 "\"m@corp.example\"}]");
    policy = load("top.json");
    identities = json_object_get(policy, "identities");
    ck_assert_uint_eq(json_array_size(identities), 3);
    ck_assert_str_eq(assay_json_string(json_array_get(identities, 0), "value", ""), "Mira Holt");
    ck_assert_str_eq(assay_json_string(json_array_get(identities, 0), "severity", ""), "critical");
    ck_assert_str_eq(assay_json_string(json_array_get(identities, 1), "severity", ""), "high");
    json_decref(policy);
}
END_TEST

START_TEST(domains_are_looked_for_as_far_as_the_rules_say)
{
    json_t *policy;
    const json_t *identity;

    layer("low", "\"domains\": [\"tiger.example\"]");
    layer("mid", "\"extends\": \"low.json\", \"domains\": [\"lion.example\"], \"rules\":"
                 "{\"personal.organisation-email\": {\"severity\": \"high\"}}");
    layer("top", "\"extends\": \"mid.json\", \"rules\": {\"personal.*\": {\"enabled\": false}}");
    policy = load("mid.json");
    ck_assert_uint_eq(json_array_size(json_object_get(policy, "identities")), 2);
    identity = json_array_get(json_object_get(policy, "identities"), 0);
    ck_assert_str_eq(assay_json_string(identity, "kind", ""), "email-domain");
    ck_assert_str_eq(assay_json_string(identity, "value", ""), "tiger.example");
    ck_assert_str_eq(assay_json_string(identity, "severity", ""), "high");
    ck_assert_str_eq(assay_json_string(identity, "layer", ""), "low");
    json_decref(policy);
    policy = load("top.json");
    ck_assert_uint_eq(json_array_size(json_object_get(policy, "identities")), 0);
    json_decref(policy);
}
END_TEST

START_TEST(the_digest_is_of_the_meaning)
{
    json_t *one, *two, *three;

    put("p.json", "{\"schema\": \"assay.policy/1\", \"name\": \"p\", \"description\": \"abc\"}");
    one = load("p.json");
    put("p.json", "{\"name\":\"p\",\n\n\"description\":\"abc\",\"schema\":\"assay.policy/1\"}");
    two = load("p.json");
    put("p.json", "{\"name\":\"p\", \"description\":\"abd\",\"schema\":\"assay.policy/1\"}");
    three = load("p.json");
    ck_assert_str_eq(assay_json_string(one, "digest", "1"), assay_json_string(two, "digest", "2"));
    ck_assert_str_ne(assay_json_string(one, "digest", ""), assay_json_string(three, "digest", ""));
    json_decref(one);
    json_decref(two);
    json_decref(three);
}
END_TEST

START_TEST(a_cycle_is_shown)
{
    layer("a", "\"extends\": \"b.json\"");
    layer("b", "\"extends\": \"a.json\"");
    refuse("a.json", -ELOOP, "extends itself;a.json >;b.json >;extend \"base\"");
    layer("self", "\"extends\": \"./self.json\"");
    refuse("self.json", -ELOOP, "extends itself");
    /* Another name of the same file is the same file. */
    ck_assert_int_eq(symlink("link.json", in_folder("other.json")), 0);
    layer("link", "\"extends\": \"other.json\"");
    refuse("link.json", -ELOOP, "extends itself");
}
END_TEST

START_TEST(a_hundred_layers_are_too_many)
{
    char name[16], extends[64];

    for (int i = 0; i < 100; i++) {
        snprintf(name, sizeof(name), "l%d", i);
        snprintf(extends, sizeof(extends), "\"extends\": \"l%d.json\"", i + 1);
        layer(name, i < 99 ? extends : "");
    }
    refuse("l0.json", -ELOOP, "l0.json;more than 15 layers;merge");
    json_decref(load("l85.json")); /* 15 files and the built-in one */
}
END_TEST

START_TEST(a_layer_that_is_missing_is_named_with_who_wants_it)
{
    layer("top", "\"extends\": \"../nowhere/below.json\"");
    refuse("top.json", -ENOENT, "top.json: extends;nowhere/below.json;No such file");
    refuse("none.json", -ENOENT, "none.json");
}
END_TEST

START_TEST(a_bad_layer_gets_a_message_with_key_and_mend)
{
    static const struct {
        const char *members, *texts;
    } rows[] = {
        {"\"extends\": 1", "p.json: extends;type string;layer below"},
        {"\"extends\": null", "p.json: extends;type string"},
        {"\"rules\": []", "p.json: rules;type object"},
        {"\"rules\": {\"hygiene.*\": \"low\"}", "rules.hygiene.*;type object;severity"},
        {"\"rules\": {\"hygiene.*\": {\"severity\": \"bad\"}}", "severity;must be one of;critical"},
        {"\"rules\": {\"hygiene.*\": {\"enabled\": \"no\"}}", "enabled;boolean;true or false"},
        {"\"rules\": {\"HYGIENE\": {}}", "rules.HYGIENE;form;family.*"},
        {"\"rules\": {\"hygeine.*\": {}}", "rules.hygeine.*;did you mean \"hygiene.*\""},
        {"\"rules\": {\"hygiene.machine\": {}}", "did you mean \"hygiene.machine-id\""},
        {"\"rules\": {\"zzz.qqqqqqqqqqqqq\": {}}", "rules.zzz;no rule or check;family.*"},
        {"\"rules\": {\"unaudited.corrupt\": {\"enabled\": false}}", "only locked"},
        {"\"identities\": [{\"kind\": \"nick\", \"value\": \"abc\"}]", "identities[0].kind;email"},
        {"\"identities\": [{\"kind\": \"name\", \"value\": \"a\"}]", "identities[0].value;small"},
        {"\"identities\": [{\"kind\": \"name\"}]", "identities[0].value;is missing"},
        {"\"block\": {\"secrets\": \"low\"}", "block.secrets;did you mean 'secret'"},
        {"\"block\": {\"secret\": \"always\"}", "block.secret;never"},
        {"\"allow_unaudited\": [{\"path\": \"x\"}]", "allow_unaudited[0].reason;missing"},
        {"\"waivers\": [{\"fingerprint\": \"xyz\", \"by\": \"a\", \"reason\": \"abc\","
         "\"expires\": \"2027-01-31\"}]",
         "waivers[0].fingerprint;hexadecimal"},
        {"\"waivers\": [{\"fingerprint\": \"0123456789abcdef0123456789abcdef\", \"by\": \"a\","
         "\"reason\": \"abc\", \"expires\": \"2027-13-31\"}]",
         "waivers[0].expires;YYYY-MM-DD"},
        {"\"waivers\": [{\"fingerprint\": \"0123456789abcdef0123456789abcdef\", \"by\": \"a\","
         "\"reason\": \"abc\"}]",
         "waivers[0].expires;is missing"},
        {"\"budget\": {\"depth\": 0}", "budget.depth;least"},
        {"\"budget\": {\"depth\": 1000}", "budget.depth;most"},
        {"\"budget\": {\"seconds\": 1.5}", "budget.seconds;integer"},
        {"\"rule_files\": [\"none.json\"]", "p.json: rule_files;none.json;No such file"},
        {"\"rule_files\": [\"p.json\"]", "p.json: rule_files"},
        {"\"exteds\": \"base\"", "exteds;did you mean 'extends'"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        struct assay_error err = {0};
        json_t *policy = NULL;

        layer("p", rows[i].members);
        ck_assert_msg(assay_policy_load(in_folder("p.json"), &policy, &err) < 0, "%s",
                      rows[i].members);
        refuse("p.json", -err.code, rows[i].texts);
    }
}
END_TEST

START_TEST(a_file_that_is_no_policy_is_refused)
{
    _cleanup_free_ char *huge = malloc(5u << 20);
    size_t depth = 100000;

    put("p.json", "");
    refuse("p.json", -EINVAL, "p.json;not valid JSON");
    put("p.json", "[]");
    refuse("p.json", -EINVAL, "p.json;type object");
    put("p.json", "{\"schema\": \"assay.policy/1\", \"name\": \"a\", \"name\": \"b\"}");
    refuse("p.json", -EINVAL, "p.json;duplicate");
    put("p.json", "{\"schema\": \"assay.policy/2\", \"name\": \"a\"}");
    refuse("p.json", -EINVAL, "p.json: schema;assay.policy/1");
    memset(huge, ' ', 5u << 20);
    huge[(5u << 20) - 1] = '\0';
    put("p.json", huge);
    refuse("p.json", -EFBIG, "p.json;larger");
    memset(huge, '[', depth);
    huge[depth] = '\0';
    put("p.json", huge);
    refuse("p.json", -EINVAL, "p.json");
    ck_assert_int_eq(unlink(in_folder("p.json")), 0);
    ck_assert_int_eq(symlink("/dev/zero", in_folder("p.json")), 0);
    refuse("p.json", -EINVAL, "not a regular file");
}
END_TEST

START_TEST(exceptions_and_limits_of_checks_are_merged)
{
    json_t *policy;

    layer("low",
          "\"exceptions\": [{\"check\": \"hygiene.logs\", \"path\": \"/var/log/a\", \"reason\":"
          "\"known\"}], \"limits\": {\"expired_ca_percent\": 5}, \"unfree_packages\": [\"one\"]");
    layer("top", "\"extends\": \"low.json\", \"limits\": {\"expired_ca_percent\": 50},"
                 "\"unfree_packages\": [\"two\"], \"exceptions\": [{\"check\": \"hygiene.setuid\","
                 "\"value\": \"x\", \"reason\": \"known\"}]");
    policy = load("top.json");
    ck_assert_int_eq(assay_json_int(json_object_get(policy, "limits"), "expired_ca_percent", 0),
                     50);
    ck_assert_uint_ge(json_array_size(json_object_get(policy, "unfree_packages")), 2);
    ck_assert_uint_ge(json_array_size(json_object_get(policy, "exceptions")), 2);
    json_decref(policy);
}
END_TEST

START_TEST(bad_exceptions_and_limits_are_refused)
{
    layer("a",
          "\"exceptions\": [{\"check\": \"hygiene.log\", \"path\": \"/a\", \"reason\": \"why\"}]");
    refuse("a.json", -EINVAL, "exceptions[0].check;hygiene.logs");
    layer("b", "\"exceptions\": [{\"check\": \"hygiene.logs\", \"reason\": \"why\"}]");
    refuse("b.json", -EINVAL, "exceptions[0];path;rules.hygiene.logs.enabled");
    layer("c", "\"exceptions\": [{\"check\": \"unaudited.corrupt\", \"path\": \"/a\", \"reason\": "
               "\"why\"}]");
    refuse("c.json", -EINVAL, "no check is called");
    layer("low", "\"rules\": {\"hygiene.logs\": {\"locked\": true}}");
    layer("d", "\"extends\": \"low.json\", \"exceptions\": [{\"check\": \"hygiene.logs\", \"path\":"
               "\"/a\", \"reason\": \"why\"}]");
    refuse("d.json", -EINVAL, "locked hygiene.logs;\"low\"");
}
END_TEST

/* --- rule files and locks ----------------------------------------------------------------- */

#define RULE(id, severity)                                                    \
    "{\"id\": \"" id "\", \"severity\": \"" severity "\", \"title\": \"t\", " \
    "\"message\": \"m\", \"help\": \"h\", \"pattern\": \"zz[0-9]{4}\", "      \
    "\"match\": [\"zz1234\", \"zz9999\"], \"nomatch\": [\"zz1\", \"yy\"]}"

static void rule_file(const char *name, const char *rules)
{
    _cleanup_buf_ struct assay_buf buf = ASSAY_BUF(1 << 20);

    assay_buf_printf(&buf, "{\"schema\": \"assay.rules/1\", \"family\": \"ours\", \"rules\": [%s]}",
                     rules);
    put(name, assay_buf_str(&buf));
}

static const json_t *find_rule(const json_t *policy, const char *id)
{
    const json_t *rules = json_object_get(policy, "rules");

    for (size_t i = 0; i < json_array_size(rules); i++)
        if (strcmp(assay_json_string(json_array_get(rules, i), "id", ""), id) == 0)
            return json_array_get(rules, i);
    return NULL;
}

START_TEST(a_layer_brings_rules_of_its_own)
{
    json_t *policy, *plain;

    rule_file("ours.json", RULE("ours.one", "low") "," RULE("ours.two", "low"));
    layer("low", "\"rule_files\": [\"ours.json\"], \"rules\": {\"ours.one\": {\"severity\":"
                 "\"critical\"}}");
    layer("top", "\"extends\": \"low.json\", \"rules\": {\"ours.two\": {\"enabled\": false}}");
    policy = load("top.json");
    plain = load("low.json");
    ck_assert_str_eq(assay_json_string(find_rule(policy, "ours.one"), "severity", ""), "critical");
    ck_assert_ptr_null(find_rule(policy, "ours.two"));
    ck_assert_str_eq(assay_json_string(find_rule(plain, "ours.two"), "severity", ""), "low");
    ck_assert_str_ne(assay_json_string(policy, "rules_digest", ""),
                     assay_json_string(plain, "rules_digest", ""));
    json_decref(policy);
    layer("again", "\"extends\": \"low.json\", \"rule_files\": [\"ours.json\"]");
    refuse("again.json", -EEXIST, "again.json: rule_files;ours.one");
    /* A rule that only a layer above knows cannot be set below it. */
    layer("early", "\"rules\": {\"ours.one\": {\"enabled\": false}}");
    refuse("early.json", -EINVAL, "rules.ours.one");
    json_decref(plain);
}
END_TEST

START_TEST(the_digest_covers_the_rules_themselves)
{
    json_t *one, *two;

    rule_file("ours.json", RULE("ours.one", "low"));
    layer("p", "\"rule_files\": [\"ours.json\"]");
    one = load("p.json");
    rule_file("ours.json", RULE("ours.one", "high"));
    two = load("p.json");
    ck_assert_str_ne(assay_json_string(one, "digest", ""), assay_json_string(two, "digest", ""));
    json_decref(one);
    json_decref(two);
}
END_TEST

START_TEST(what_is_locked_cannot_be_loosened)
{
    static const char *const rows[] = {
        "\"ours.one\": {\"severity\": \"low\"}",
        "\"ours.one\": {\"enabled\": false}",
        "\"ours.one\": {\"locked\": false}",
        "\"ours.*\": {\"severity\": \"info\"}",
        "\"ours.*\": {\"enabled\": false}",
        "\"ours.*\": {\"severity\": \"high\"}, \"ours.one\": {\"severity\": \"medium\"}",
    };
    char members[256];
    json_t *policy;

    rule_file("ours.json", RULE("ours.one", "high") "," RULE("ours.two", "high"));
    layer("low", "\"rule_files\": [\"ours.json\"], \"rules\": {\"ours.one\": {\"locked\": true}}");
    layer("mid", "\"extends\": \"low.json\"");
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        snprintf(members, sizeof(members), "\"extends\": \"mid.json\", \"rules\": {%s}", rows[i]);
        layer("top", members);
        refuse("top.json", -EINVAL, "top.json;rules.ours.;\"top\";\"low\";ours.one;take the key");
    }
    layer("top", "\"extends\": \"mid.json\", \"rules\": {\"ours.one\": {\"severity\": \"critical\","
                 "\"enabled\": true}, \"ours.two\": {\"severity\": \"info\"}}");
    policy = load("top.json");
    ck_assert_str_eq(assay_json_string(find_rule(policy, "ours.one"), "severity", ""), "critical");
    ck_assert_str_eq(assay_json_string(find_rule(policy, "ours.two"), "severity", ""), "info");
    json_decref(policy);
}
END_TEST

START_TEST(a_class_can_be_locked_as_a_whole)
{
    struct assay_error err = {0};
    json_t *policy, *rule;
    size_t i, secrets = 0;

    layer("below", "\"rules\": {\"secret.*\": {\"locked\": true}}");
    layer("top", "\"extends\": \"below.json\"");
    policy = load("top.json");
    json_array_foreach(json_object_get(policy, "rules"), i, rule)
    {
        secrets += strcmp(assay_json_string(rule, "class", ""), "secret") == 0;
    }
    ck_assert_uint_eq(secrets, json_object_size(json_object_get(policy, "locked")));
    json_decref(policy);
    layer("top", "\"extends\": \"below.json\", \"rules\": {\"generic.*\": {\"enabled\": false}}");
    ck_assert_int_eq(assay_policy_load(in_folder("top.json"), &policy, &err), -EINVAL);
    ck_assert_msg(strstr(err.text, "\"below\" below it locked") != NULL, "%s", err.text);
}
END_TEST

START_TEST(what_is_set_says_by_which_layer)
{
    json_t *policy, *set, *sources;

    layer("below", "\"block\": {\"wsl\": \"medium\"}, \"budget\": {\"depth\": 4},"
                   "\"rules\": {\"hygiene.*\": {\"severity\": \"low\"}},"
                   "\"identities\": [{\"kind\": \"name\", \"value\": \"Ann Other\"}]");
    layer("top", "\"extends\": \"below.json\", \"rules\": {\"hygiene.machine-id\": "
                 "{\"severity\": \"medium\"}, \"hygiene.logs\": {\"enabled\": false}}");
    policy = load("top.json");
    sources = json_object_get(policy, "sources");
    ck_assert_str_eq(assay_json_string(json_object_get(sources, "block"), "wsl", ""), "below");
    ck_assert_str_eq(assay_json_string(json_object_get(sources, "block"), "secret", ""), "base");
    ck_assert_str_eq(assay_json_string(json_object_get(sources, "budget"), "depth", ""), "below");
    set = json_object_get(json_object_get(policy, "settings"), "hygiene.machine-id");
    ck_assert_str_eq(assay_json_string(set, "severity_by", ""), "top");
    set = json_object_get(json_object_get(policy, "settings"), "hygiene.logs");
    ck_assert_str_eq(assay_json_string(set, "severity_by", ""), "below");
    ck_assert_str_eq(assay_json_string(set, "enabled_by", ""), "top");
    set = json_array_get(json_object_get(policy, "identities"), 0);
    ck_assert_str_eq(assay_json_string(set, "layer", ""), "below");
    json_decref(policy);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {base_is_built_in,
                                  the_examples_stand_on_one_another,
                                  what_a_layer_sets_replaces_what_is_below,
                                  exceptions_and_limits_of_checks_are_merged,
                                  bad_exceptions_and_limits_are_refused,
                                  identities_add_up_and_keep_the_worse_severity,
                                  domains_are_looked_for_as_far_as_the_rules_say,
                                  the_digest_is_of_the_meaning,
                                  a_cycle_is_shown,
                                  a_hundred_layers_are_too_many,
                                  a_layer_that_is_missing_is_named_with_who_wants_it,
                                  a_bad_layer_gets_a_message_with_key_and_mend,
                                  a_file_that_is_no_policy_is_refused,
                                  a_layer_brings_rules_of_its_own,
                                  the_digest_covers_the_rules_themselves,
                                  what_is_locked_cannot_be_loosened,
                                  a_class_can_be_locked_as_a_whole,
                                  what_is_set_says_by_which_layer,
                                  NULL};

    return suite_run("policy", tests, set_up, tear_down);
}
