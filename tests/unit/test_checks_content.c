/* Checks that read files: sudo, keys, certificates, units; and those on the artifact as a whole. */
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <stdio.h>

#include "checks_fixture.h"
#include "suite.h"

#define STORE "nix/store/0123456789abcdfghijklmnpqrsvwxyz-"
#define KEY                               \
    "-----BEGIN "                         \
    "PRIVATE KEY-----\nMC4CAQ\n-----END " \
    "PRIVATE KEY-----\n"
#define CERTIFICATE "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"

/* What one file gives: just the rule, or nothing. */
static void expect(size_t row, const char *container, const char *path, const char *content,
                   const char *rule, int line)
{
    const struct entry entry = {.container = container,
                                .path = path,
                                .type = ENTRY_FILE,
                                .mode = 0644,
                                .size = (int64_t)strlen(content)};
    struct fixture f = fixture_new(NULL, NULL);
    _cleanup_free_ char *text = NULL;
    json_t *list;

    fixture_entry(&f, &entry, content, strlen(content), true);
    list = fixture_finish(&f);
    text = json_dumps(list, 0);
    ck_assert_msg(json_array_size(list) == (rule != NULL), "row %zu: %s", row, text);
    if (rule) {
        ck_assert_str_eq(assay_json_string(json_array_get(list, 0), "rule", ""), rule);
        ck_assert_msg(assay_json_int(json_array_get(list, 0), "line", 0) == line, "row %zu: %s",
                      row, text);
    }
    json_decref(list);
}

START_TEST(content_gives_what_it_should)
{
    static const struct {
        const char *path, *content, *rule;
        int line;
    } rows[] = {
        {"etc/shadow", "root:!:1::::::\nmira::1::::::\n", "hygiene.empty-password", 2},
        {"etc/shadow", "root:!:1::::::\nmira:!!:1::::::\n", NULL, 0},
        {"etc/passwd", "root::0:0::/root:/bin/sh\n", "hygiene.empty-password", 1},
        {"etc/passwd", "root:x:0:0::/root:/bin/sh\n+::::::\n", NULL, 0},

        {"etc/sudoers", "# NOPASSWD\nmira ALL=(ALL) NOPASSWD: ALL\n", "hygiene.sudo-nopasswd", 2},
        {"etc/sudoers.d/ci", "Defaults:ci !authenticate\n", "hygiene.sudo-nopasswd", 1},
        {STORE "sudoers", "%wheel ALL=(ALL:ALL) NOPASSWD: SETENV: ALL\n", "hygiene.sudo-nopasswd",
         1},
        {"etc/sudoers", "%wheel ALL=(ALL:ALL) SETENV: ALL\n", NULL, 0},
        {"usr/share/doc/sudoers", "mira ALL=(ALL) NOPASSWD: ALL\n", NULL, 0},
        {"etc/doas.conf", "permit nopass keepenv :wheel\n", "hygiene.doas-nopass", 1},
        {"etc/doas.conf", "permit persist :wheel\ndeny nopass mira\n", NULL, 0},
        {"etc/polkit-1/rules.d/10-nixos.rules", "x\n  return polkit.Result.YES;\n",
         "hygiene.polkit-yes", 2},
        {"etc/polkit-1/rules.d/10-nixos.rules", "return polkit.Result.AUTH_ADMIN;\n", NULL, 0},

        {"home/mira/.ssh/authorized_keys", "# mine\nssh-ed25519 AAAA m\n",
         "hygiene.authorized-keys", 2},
        {STORE "etc-ssh-authorized_keys.d-mira", "ssh-ed25519 AAAA m\n", "hygiene.authorized-keys",
         1},
        {"root/.ssh/authorized_keys", "# nobody\n\n", NULL, 0},
        {"home/mira/src/authorized_keys", "ssh-ed25519 AAAA m\n", NULL, 0},

        {"etc/ssl/private/site.pem", KEY CERTIFICATE, "hygiene.certificate-key", 0},
        {"etc/ssl/certs/site.pem", CERTIFICATE, NULL, 0},
        {"etc/ssl/private/site.key", KEY, NULL, 0},
        {"usr/lib/python3/test/keycert.pem", KEY CERTIFICATE, NULL, 0},

        {"etc/nix/nix.conf", "sandbox = true\naccess-tokens = github.com=abcdefgh\n",
         "nixos.access-token", 2},
        {STORE "etc-nix-nix.conf", "extra-access-tokens=github.com=abcdefgh", "nixos.access-token",
         1},
        {"etc/nix/nix.conf", "access-tokens =\n!include /run/tokens\n", NULL, 0},

        {STORE "unit-a.service/a.service", "[Service]\nEnvironment=\"DB_PASSWORD=hunter22\"\n",
         "nixos.unit-environment", 2},
        {"etc/systemd/system/a.service", "Environment=A=b MY_TOKEN=abcdef C=d\n",
         "nixos.unit-environment", 1},
        {STORE "unit-a.service/a.service",
         "Environment=\"TOKEN_FILE=/run/x\" \"API_TOKEN=%d/token\" PATH=/bin \"A_SECRET=/run/s\"\n",
         NULL, 0},
        {STORE "unit-a.service/a.service", "Environment=\nEnvironment=\"\nEnvironment=TOKEN=\n",
         NULL, 0},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
        expect(i, "", rows[i].path, rows[i].content, rows[i].rule, rows[i].line);
}
END_TEST

START_TEST(a_core_is_told_from_other_files_of_its_name)
{
    static const char core[] = "\x7f"
                               "ELF\2\1\1\0\0\0\0\0\0\0\0\0\4\0\x3e";
    static const struct {
        const char *path;
        char type;
        bool found;
    } rows[] = {{"srv/core", 4, true},       {"core.4711", 4, true}, {"a/b.core", 4, true},
                {"srv/core", 2, false},      {"srv/corn", 4, false}, {"srv/core.c", 4, false},
                {"srv/core-x.txt", 4, false}};

    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        const struct entry entry = {
            .container = "", .path = rows[i].path, .type = ENTRY_FILE, .size = sizeof(core)};
        struct fixture f = fixture_new(NULL, NULL);
        char content[sizeof(core)];
        json_t *list;

        memcpy(content, core, sizeof(core));
        content[16] = rows[i].type;
        fixture_entry(&f, &entry, content, sizeof(content), true);
        list = fixture_finish(&f);
        ck_assert_msg(json_array_size(list) == rows[i].found, "row %zu", i);
        json_decref(list);
    }
}
END_TEST

START_TEST(a_key_in_the_initial_ram_disk_is_found)
{
    expect(0, "boot/initrd.img", "etc/ssh/ssh_host_ed25519_key", KEY, "nixos.initrd-host-key", 0);
    expect(1, STORE "initrd-linux-6.12/initrd!(payload)", "etc/ssh/id", KEY,
           "nixos.initrd-host-key", 0);
    expect(2, "boot/initrd.img", "etc/ssh/ssh_host_ed25519_key.pub", "ssh-ed25519 A", NULL, 0);
    expect(3, "srv/backup.tar", "etc/ssh/ssh_host_ed25519_key", KEY, NULL, 0);
}
END_TEST

START_TEST(a_key_beside_its_certificate_is_found)
{
    struct fixture f = fixture_new(NULL, NULL);
    json_t *list;

    fixture_file(&f, "var/lib/acme/a/one.crt", CERTIFICATE);
    fixture_file(&f, "var/lib/acme/b/one.key", KEY);
    fixture_file(&f, "var/lib/acme/a/one.key", KEY);
    list = fixture_finish(&f);
    ck_assert_uint_eq(json_array_size(list), 1);
    ck_assert_str_eq(assay_json_string(fixture_find(list, "hygiene.certificate-key"), "path", ""),
                     "/var/lib/acme/a/one.key");
    json_decref(list);
}
END_TEST

/* Appends a certificate that is good up to `until` (YYYYMMDDhhmmssZ). */
static void append_certificate(BIO *bio, const char *until)
{
    EVP_PKEY *key = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
    X509 *certificate = X509_new();

    ck_assert(key && certificate);
    ck_assert_int_eq(ASN1_TIME_set_string(X509_getm_notBefore(certificate), "20000101000000Z"), 1);
    ck_assert_int_eq(ASN1_TIME_set_string(X509_getm_notAfter(certificate), until), 1);
    ck_assert_int_eq(X509_set_pubkey(certificate, key), 1);
    ck_assert_int_ne(X509_sign(certificate, key, NULL), 0);
    ck_assert_int_eq(PEM_write_bio_X509(bio, certificate), 1);
    X509_free(certificate);
    EVP_PKEY_free(key);
}

START_TEST(an_outdated_bundle_is_found)
{
    static const struct {
        int good, expired;
        const char *policy;
        bool found;
    } rows[] = {
        {9, 1, NULL, false},
        {8, 2, NULL, true},
        {8, 2, "{\"limits\": {\"expired_ca_percent\": 20}}", false},
        {9, 1, "{\"limits\": {\"expired_ca_percent\": 0}}", true},
        {10, 0, "{\"limits\": {\"expired_ca_percent\": 0}}", false},
        {0, 0, NULL, false},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        struct fixture f = fixture_new(rows[i].policy, NULL);
        BIO *bio = BIO_new(BIO_s_mem());
        json_t *list;
        char *text;

        for (int j = 0; j < rows[i].good; j++)
            append_certificate(bio, "20261121000000Z");
        for (int j = 0; j < rows[i].expired; j++)
            append_certificate(bio, "20261120235959Z");
        BIO_write(bio, "# end\n", 7);
        ck_assert_int_gt(BIO_get_mem_data(bio, &text), 0);
        fixture_file(&f, STORE "nss-cacert-3.115/etc/ssl/certs/ca-bundle.crt", text);
        list = fixture_finish(&f);
        ck_assert_msg(json_array_size(list) == rows[i].found, "row %zu", i);
        BIO_free(bio);
        json_decref(list);
    }
}
END_TEST

START_TEST(unfree_packages_are_those_of_the_list)
{
    static const struct {
        const char *path;
        bool found;
    } rows[] = {{STORE "vscode-1.104.2", true},  {STORE "vscode", true},
                {STORE "cuda_nvcc-12.8", true},  {STORE "vscodium-1.104.2", false},
                {STORE "vscode-1.1/bin", false}, {STORE "hello-2.12", false},
                {"srv/nix/store/vscode", false}, {"nix/store/vscode-1.104.2", false}};

    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        const struct entry entry = {
            .container = "", .path = rows[i].path, .type = ENTRY_DIR, .mode = 0555};
        struct fixture f = fixture_new("{\"unfree_packages\": [\"vscode\", \"cuda_*\"]}", NULL);
        json_t *list;

        fixture_entry(&f, &entry, "", 0, true);
        list = fixture_finish(&f);
        ck_assert_msg(json_array_size(list) == rows[i].found, "row %zu", i);
        json_decref(list);
    }
}
END_TEST

START_TEST(an_image_over_the_limit_is_found)
{
    for (uint64_t size = 1000; size <= 1001; size++) {
        struct fixture f = fixture_new("{\"limits\": {\"image_size\": 1000}}", NULL);
        json_t *list;

        checks_artifact(f.checks, "gzip+tar", size);
        list = fixture_finish(&f);
        ck_assert_uint_eq(json_array_size(list), size > 1000);
        json_decref(list);
    }
}
END_TEST

START_TEST(owners_need_an_account)
{
    static const int uids[] = {0, 1000, 30001, 30001, -1};
    struct fixture f = fixture_new(NULL, NULL);
    json_t *list;

    fixture_file(&f, "etc/passwd", "root:x:0:0::/root:/bin/sh\nmira:x:1000:100::/h:/bin/sh\n");
    for (size_t i = 0; i < sizeof(uids) / sizeof(*uids); i++) {
        char path[32];
        const struct entry entry = {
            .container = "", .path = path, .type = ENTRY_DIR, .mode = 0755, .uid = uids[i]};

        snprintf(path, sizeof(path), "srv/%zu", i);
        fixture_entry(&f, &entry, "", 0, true);
    }
    list = fixture_finish(&f);
    ck_assert_uint_eq(json_array_size(list), 1);
    ck_assert_ptr_nonnull(
        strstr(assay_json_string(fixture_find(list, "hygiene.odd-owner"), "message", ""),
               "2 files belong to the uid 30001"));
    json_decref(list);
}
END_TEST

START_TEST(private_caches_are_named)
{
#define SIGNATURE \
    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=="
    static const struct {
        const char *content;
        bool found;
    } rows[] = {{"/nix/store/x\nsha256:1\ncache.nixos.org-1:" SIGNATURE "\n", false},
                {"cache.nixos.org-1:" SIGNATURE " corp-1:" SIGNATURE, true},
                {"cache.nixos.org:" SIGNATURE, true},
                {"corp-1:short==", false}};

    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        const struct entry entry = {.container = "nix/var/nix/db/db.sqlite",
                                    .path = "ValidPaths",
                                    .type = ENTRY_FILE,
                                    .size = -1};
        struct fixture f =
            fixture_new("{\"trusted_keys\": [{\"key\": \"cache.nixos.org-1:AAAA\"}]}", NULL);
        json_t *list;

        ck_assert_uint_eq(strlen(SIGNATURE), 88);
        fixture_entry(&f, &entry, rows[i].content, strlen(rows[i].content), true);
        list = fixture_finish(&f);
        ck_assert_msg(json_array_size(list) == rows[i].found, "row %zu", i);
        json_decref(list);
    }
}
END_TEST

START_TEST(an_exception_can_name_whom_sudo_trusts)
{
    struct fixture f = fixture_new(
        "{\"exceptions\": [{\"check\": \"hygiene.sudo-nopasswd\", \"value\": \"%wheel\"}]}", NULL);
    json_t *list;

    fixture_file(&f, "etc/sudoers", "%wheel ALL=(ALL) NOPASSWD: ALL\nmira ALL=NOPASSWD: ALL\n");
    list = fixture_finish(&f);
    ck_assert_uint_eq(json_array_size(list), 1);
    ck_assert_int_eq(assay_json_int(json_array_get(list, 0), "line", 0), 2);
    json_decref(list);
}
END_TEST

START_TEST(no_secret_is_in_a_finding)
{
    struct fixture f = fixture_new(NULL, NULL);
    _cleanup_free_ char *text = NULL;
    json_t *list;

    fixture_file(&f, "etc/nix/nix.conf", "access-tokens = github.com=correct-horse\n");
    fixture_file(&f, STORE "unit-a.service/a.service", "Environment=A_TOKEN=battery-staple\n");
    list = fixture_finish(&f);
    text = json_dumps(list, 0);
    ck_assert_uint_eq(json_array_size(list), 2);
    ck_assert_ptr_null(strstr(text, "correct-horse"));
    ck_assert_ptr_null(strstr(text, "battery-staple"));
    json_decref(list);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {content_gives_what_it_should,
                                  a_core_is_told_from_other_files_of_its_name,
                                  a_key_in_the_initial_ram_disk_is_found,
                                  a_key_beside_its_certificate_is_found,
                                  an_outdated_bundle_is_found,
                                  unfree_packages_are_those_of_the_list,
                                  an_image_over_the_limit_is_found,
                                  owners_need_an_account,
                                  private_caches_are_named,
                                  an_exception_can_name_whom_sudo_trusts,
                                  no_secret_is_in_a_finding,
                                  NULL};

    return suite_run("checks_content", tests, NULL, NULL);
}
