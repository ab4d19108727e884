/* Bundles of CA certificates, PEM one after the other. A bundle that has grown old lacks new roots
 * and holds expired ones: then TLS fails, or trusts what should be trusted no more. */
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <string.h>

#include "checks/system.h"

#define PERCENT 10            /* of a bundle's certificates, unless the policy sets another limit */
#define CERTIFICATES_MAX 2000 /* read of one bundle */

static bool wants(const struct entry *entry)
{
    static const char *const globs[] = {
        "etc/ssl/certs/ca-certificates.crt",
        "etc/ssl/certs/ca-bundle.crt",
        "etc/pki/tls/certs/ca-bundle.crt",
        "etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
        "etc/ssl/cert.pem",
        "nix/store/*/etc/ssl/certs/ca-bundle.crt",
    };

    for (size_t i = 0; i < sizeof(globs) / sizeof(*globs); i++)
        if (check_path_matches(globs[i], entry->path))
            return check_in_system_root(entry);
    return false;
}

/* `today` is YYYY-MM-DD. */
static ASN1_TIME *parse_day(const char *today)
{
    ASN1_TIME *time = ASN1_TIME_new();
    char text[16];

    snprintf(text, sizeof(text), "%.4s%.2s%.2s000000Z", today, today + 5, today + 8);
    if (time && ASN1_TIME_set_string(time, text) != 1) {
        ASN1_TIME_free(time);
        return NULL;
    }
    return time;
}

static void count(const struct check_content *content, const ASN1_TIME *day, size_t *ret_all,
                  size_t *ret_expired)
{
    BIO *bio = BIO_new_mem_buf(content->data, (int)content->len);

    while (bio && *ret_all < CERTIFICATES_MAX) {
        X509 *certificate = PEM_read_bio_X509(bio, NULL, NULL, NULL);

        if (!certificate)
            break;
        ++*ret_all;
        *ret_expired += ASN1_TIME_compare(X509_get0_notAfter(certificate), day) < 0;
        X509_free(certificate);
    }
    BIO_free(bio);
}

static int content(struct check_run *run, const struct check_content *content)
{
    const char *today = run->job->today;
    ASN1_TIME *day = today && strlen(today) >= 10 ? parse_day(today) : NULL;
    int64_t percent =
        assay_json_int(json_object_get(run->job->policy, "limits"), "expired_ca_percent", PERCENT);
    size_t all = 0, expired = 0;
    char message[200];
    const struct check_report report = {.container = content->entry->container,
                                        .path = content->entry->path,
                                        .message = message,
                                        .severity = SEVERITY_CRITICAL};

    if (!day)
        return 0;
    count(content, day, &all, &expired);
    ASN1_TIME_free(day);
    if (all == 0 || expired * 100 <= all * (size_t)percent)
        return 0;
    snprintf(message, sizeof(message), "%zu of the %zu CA certificates of the bundle have expired.",
             expired, all);
    return check_report_as(run, &report);
}

const struct check check_ca_expired = {
    .id = "hygiene.ca-expired",
    .class = FINDING_HYGIENE,
    .severity = SEVERITY_MEDIUM,
    .title = "Outdated bundle of CA certificates",
    .message = "Many of the CA certificates that the system trusts have expired.",
    .help = "Programs reject servers with new certificates, and trust authorities that are trusted "
            "no more. Update nixpkgs (cacert) or the package ca-certificates; how many may have "
            "expired is limits.expired_ca_percent in the policy.",
    .wants = wants,
    .content = content,
    .content_max = (size_t)2 << 20,
};
