#include "report/html_head.h"

#include <assay/digest.h>
#include <assay/encode.h>
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "base/embedded.h"
#include "report/html_words.h"
#include "report/words.h"

#define STYLE "lib/report/html.css"

static const char *const classes[] = {
    [WORDS_PASS] = "pass", [WORDS_REJECT] = "reject", [WORDS_INCOMPLETE] = "incomplete"};

/* The document's own rule: nothing is loaded and nothing runs; this very style is the only one. */
static int style(struct printer *printer)
{
    const struct assay_embedded *css = embedded_find(STYLE);
    uint8_t digest[ASSAY_SHA256_SIZE];
    char text[ASSAY_BASE64_SIZE(ASSAY_SHA256_SIZE)];
    int r = css ? assay_sha256(css->data, css->size, digest) : -ENOENT;

    if (r < 0)
        return r;
    assay_base64_encode(digest, sizeof(digest), text);
    printer_add(printer,
                "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
                "style-src 'sha256-%s'; base-uri 'none'; form-action 'none'\">\n<style>",
                text);
    printer_plain(printer, (const char *)css->data);
    printer_add(printer, "</style>\n");
    return 0;
}

static void tile(struct printer *printer, int64_t n, const char *label)
{
    char count[PRINTER_COUNT];

    printer_add(printer, "<li><b>%s</b> %s</li>\n", printer_count(n, count), label);
}

static void tiles(struct printer *printer, const json_t *report)
{
    const json_t *summary = json_object_get(report, "summary");
    const json_t *coverage = json_object_get(report, "coverage");

    printer_add(printer, "<ul class=\"tiles\">\n");
    tile(printer, assay_json_int(summary, "blocking", 0), "blocking");
    tile(printer, assay_json_int(summary, "waived", 0), "waived");
    tile(printer, assay_json_int(summary, "informational", 0), "informational");
    tile(printer,
         (int64_t)json_array_size(json_object_get(coverage, "unread")) +
             assay_json_int(coverage, "unread_more", 0),
         "not read in full");
    printer_add(printer, "</ul>\n");
}

static void warn(struct printer *printer, int64_t n, const char *one, const char *many)
{
    if (n <= 0)
        return;
    printer_add(printer, "<p class=\"warning\">");
    html_count(printer, n, one, many);
    printer_add(printer, "</p>\n");
}

/* What makes the verdict worth less than it seems. */
static void warnings(struct printer *printer, const json_t *report)
{
    const json_t *bypass = json_object_get(report, "bypass");
    const json_t *summary = json_object_get(report, "summary");

    if (bypass) {
        printer_add(printer, "<p class=\"warning\"><strong>Bypassed</strong> by ");
        printer_foreign(printer, assay_json_string(bypass, "by", "?"));
        printer_add(printer, ": ");
        printer_foreign(printer, assay_json_string(bypass, "reason", "?"));
        printer_add(printer, "</p>\n");
    }
    if (!assay_json_bool(json_object_get(report, "sandbox"), "seccomp", false))
        printer_add(printer,
                    "<p class=\"warning\">It was audited without a system call filter.</p>\n");
    warn(printer, assay_json_int(summary, "dropped", 0),
         "more finding was dropped: the report was full.",
         "more findings were dropped: the report was full.");
    warn(printer, assay_json_int(summary, "waivers_expired", 0),
         "finding is named by a waiver that has expired.",
         "findings are named by waivers that have expired.");
    warn(printer, assay_json_int(summary, "waivers_locked", 0),
         "finding is named by a waiver that a lock overrules.",
         "findings are named by waivers that a lock overrules.");
}

/* Enough about the artifact to know that it is the right one. */
static void meta(struct printer *printer, const json_t *report)
{
    const json_t *object = json_object_get(report, "artifact");

    printer_add(printer, "<p class=\"meta\">");
    printer_foreign(printer, assay_json_string(object, "format", "?"));
    printer_add(printer, ", ");
    printer_size(printer, assay_json_int(object, "size", 0));
    printer_add(printer, " \xc2\xb7 policy ");
    printer_foreign(printer, assay_json_string(json_object_get(report, "policy"), "name", "?"));
    printer_add(printer, " \xc2\xb7 audited ");
    printer_foreign(printer, assay_json_string(report, "started", "?"));
    printer_add(printer, "</p>\n<p class=\"meta\">sha256 <code>");
    printer_foreign(printer, assay_json_string(object, "sha256", "?"));
    printer_add(printer, "</code></p>\n");
}

/* "It must not ship as it is: 41 findings block." */
static void verdict(struct printer *printer, const json_t *report)
{
    const json_t *artifact = json_object_get(report, "artifact");
    enum words_verdict row = words_verdict(report);
    const char *says = words_verdict_says(row);
    int64_t blocking = assay_json_int(json_object_get(report, "summary"), "blocking", 0);

    printer_add(printer, "<div class=\"verdict %s\">\n<p class=\"word\">%s</p>\n<h1>", classes[row],
                words_verdict_word(row));
    printer_foreign(printer, assay_json_string(artifact, "name", "?"));
    printer_add(printer, "</h1>\n<p class=\"says\">%c%s", says[0] - 'a' + 'A', says + 1);
    if (blocking > 0) {
        printer_add(printer, ": ");
        html_count(printer, blocking, "finding blocks", "findings block");
    }
    printer_add(printer, ".</p>\n");
    meta(printer, report);
    printer_add(printer, "</div>\n");
}

int html_head(struct printer *printer, const json_t *report)
{
    int r;

    printer_add(printer,
                "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                "<meta name=\"referrer\" content=\"no-referrer\">\n");
    r = style(printer);
    printer_add(printer, "<title>%s: ", words_verdict_word(words_verdict(report)));
    printer_foreign(printer, assay_json_string(json_object_get(report, "artifact"), "name", "?"));
    printer_add(printer, "</title>\n</head>\n<body>\n<a class=\"skip\" href=\"#main\">To the "
                         "findings</a>\n<header>\n");
    verdict(printer, report);
    tiles(printer, report);
    warnings(printer, report);
    printer_add(printer, "</header>\n<main id=\"main\">\n");
    return r;
}

static void layers(struct printer *printer, const json_t *policy)
{
    const json_t *layer;
    size_t i;

    json_array_foreach(json_object_get(policy, "layers"), i, layer)
    {
        printer_add(printer, "<dt>%s</dt><dd>", i ? "" : "layers, lowest first");
        printer_foreign(printer, assay_json_string(layer, "name", "?"));
        printer_add(printer, " <code class=\"soft\">");
        printer_foreign(printer, assay_json_string(layer, "digest", "?"));
        printer_add(printer, "</code></dd>\n");
    }
}

static void harvested(struct printer *printer, const json_t *policy)
{
    const json_t *one;
    size_t i;

    json_array_foreach(json_object_get(policy, "harvested"), i, one)
    {
        const char *problem = assay_json_string(one, "problem", NULL);

        printer_add(printer, "<dt>%s</dt><dd>", i ? "" : "identities harvested");
        printer_add(printer, "%" PRId64 " from ", assay_json_int(one, "count", 0));
        printer_foreign(printer, assay_json_string(one, "from", "?"));
        if (problem) {
            printer_add(printer, ": ");
            printer_foreign(printer, problem);
        }
        printer_add(printer, "</dd>\n");
    }
}

void html_audit(struct printer *printer, const json_t *report)
{
    const json_t *artifact = json_object_get(report, "artifact");
    const json_t *policy = json_object_get(report, "policy");
    const json_t *sandbox = json_object_get(report, "sandbox");
    int64_t abi = assay_json_int(sandbox, "landlock", 0);

    printer_add(printer, "<section>\n<h2>How it was audited</h2>\n<dl class=\"panel facts\">\n");
    html_fact(printer, "artifact", assay_json_string(artifact, "name", "?"), false);
    html_fact(printer, "its sha256", assay_json_string(artifact, "sha256", "?"), true);
    html_fact(printer, "policy", assay_json_string(policy, "name", "?"), false);
    html_fact(printer, "its digest", assay_json_string(policy, "digest", "?"), true);
    layers(printer, policy);
    harvested(printer, policy);
    html_fact(printer, "rules", assay_json_string(policy, "rules_digest", "?"), true);
    printer_add(printer, "<dt>sandbox</dt><dd>system call filter: %s; Landlock: ",
                assay_json_bool(sandbox, "seccomp", false) ? "yes" : "no");
    printer_add(printer, abi > 0 ? "ABI %" PRId64 : "none", abi);
    printer_add(printer, "; resource limits: %s</dd>\n",
                assay_json_bool(sandbox, "rlimits", false) ? "yes" : "no");
    html_fact(printer, "started", assay_json_string(report, "started", "?"), false);
    printer_add(printer, "<dt>took</dt><dd>%.1f seconds</dd>\n",
                json_number_value(json_object_get(report, "seconds")));
    html_fact(printer, "written by assay",
              assay_json_string(json_object_get(report, "tool"), "version", "?"), false);
    printer_add(printer, "</dl>\n</section>\n");
}
