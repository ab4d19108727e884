#include "audit/coverage.h"

#include <errno.h>
#include <string.h>

int coverage_init(struct coverage *coverage)
{
    *coverage = (struct coverage){.raw = json_array(), .unread = {.places = json_array()}};
    return coverage->raw && coverage->unread.places ? 0 : -ENOMEM;
}

void coverage_free(struct coverage *coverage)
{
    json_decref(coverage->raw);
    json_decref(coverage->unread.places);
}

int coverage_raw(struct coverage *coverage, const char *where, const char *format, uint64_t bytes)
{
    json_t *place;

    if (json_array_size(coverage->raw) >= COVERAGE_RAW_MAX) {
        coverage->raw_more++;
        return 0;
    }
    place = json_pack("{s:o, s:s, s:I}", "where", assay_json_foreign_string(where, strlen(where)),
                      "format", format, "bytes", (json_int_t)bytes);
    return json_array_append_new(coverage->raw, place) < 0 ? -ENOMEM : 0;
}

static json_t *formats_json(const struct image_result *result)
{
    json_t *formats = json_array();

    for (size_t i = 0; formats && i < result->n_counts; i++) {
        const struct image_count *count = &result->counts[i];

        json_array_append_new(formats, json_pack("{s:s, s:I, s:I, s:I}", "format", count->format,
                                                 "containers", (json_int_t)count->containers,
                                                 "entries", (json_int_t)count->entries, "bytes",
                                                 (json_int_t)count->bytes));
    }
    return formats;
}

static json_t *holders_json(const struct coverage *coverage)
{
    json_t *all = json_object();

    for (size_t i = 0; all && i < COVERAGE_HOLDERS; i++)
        if (coverage->in[i].entries)
            json_object_set_new(all, finding_in_name((enum entry_in)i),
                                json_pack("{s:I, s:I}", "entries",
                                          (json_int_t)coverage->in[i].entries, "bytes",
                                          (json_int_t)coverage->in[i].bytes));
    return all;
}

static json_t *raw_json(const struct coverage *coverage, const struct findings *findings)
{
    json_t *all = json_array(), *place;
    size_t i;

    json_array_foreach(coverage->raw, i, place)
    {
        json_t *where = findings_redacted(findings, assay_json_string(place, "where", ""));

        json_array_append_new(all, json_pack("{s:o, s:O, s:O}", "where", where, "format",
                                             json_object_get(place, "format"), "bytes",
                                             json_object_get(place, "bytes")));
    }
    if (json_array_size(all) == json_array_size(coverage->raw))
        return all;
    json_decref(all);
    return NULL;
}

json_t *coverage_json(const struct coverage *coverage, const struct image_result *result,
                      const struct findings *findings)
{
    return json_pack(
        "{s:I, s:I, s:o, s:o, s:o, s:I, s:o, s:I}", "bytes", (json_int_t)result->bytes, "entries",
        (json_int_t)result->entries, "formats", formats_json(result), "in", holders_json(coverage),
        "raw", raw_json(coverage, findings), "raw_more", (json_int_t)coverage->raw_more, "unread",
        unread_json(&coverage->unread, findings), "unread_more", (json_int_t)coverage->unread.more);
}

json_t *coverage_none(const char *what)
{
    return json_pack("{s:i, s:i, s:[], s:{}, s:[], s:i, s:[{s:s, s:s, s:s}], s:i}", "bytes", 0,
                     "entries", 0, "formats", "in", "raw", "raw_more", 0, "unread", "where", "",
                     "reason", "worker", "detail", what, "unread_more", 0);
}
