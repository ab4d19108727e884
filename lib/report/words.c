#include "report/words.h"

#include <string.h>

static const struct {
    const char *verdict, *word, *says;
} verdicts[] = {
    [WORDS_PASS] = {"pass", "PASS", "nothing blocks"},
    [WORDS_REJECT] = {"reject", "REJECT", "it must not ship as it is"},
    [WORDS_INCOMPLETE] = {"incomplete", "INCOMPLETE", "it was not audited in full"},
};

enum words_verdict words_verdict(const json_t *report)
{
    const char *verdict = assay_json_string(report, "verdict", "");
    enum words_verdict i = WORDS_PASS;

    while (i < WORDS_INCOMPLETE && strcmp(verdicts[i].verdict, verdict) != 0)
        i++;
    return i;
}

const char *words_verdict_word(enum words_verdict verdict)
{
    return verdicts[verdict].word;
}

const char *words_verdict_says(enum words_verdict verdict)
{
    return verdicts[verdict].says;
}

static const struct {
    const char *in, *held, *where, *mend;
} holders[WORDS_HOLDERS] = {
    {"deleted", "deleted files", "in a deleted file",
     "A deleted file stays readable for whoever carves the image: overwrite free space (zerofree, "
     "fstrim) before publishing, or make the image anew from the files it is to hold."},
    {"unallocated", "unallocated space", "in unallocated space",
     "Unallocated space stays readable for whoever carves the image: overwrite it (zerofree, "
     "fstrim) before publishing, or make the image anew from the files it is to hold."},
    {"slack", "slack, journals and tables", "in no file: slack, journal or tables",
     "What a file system keeps beside its files stays readable for whoever carves the image: make "
     "the image anew from the files it is to hold."},
    {"metadata", "labels and headers", "in labels or headers", NULL},
    {"raw", "raw bytes of no known format", "in bytes of no known format", NULL},
};

size_t words_holder(const json_t *place)
{
    const char *in = assay_json_string(place, "in", "file");
    size_t i = 0;

    while (i < WORDS_HOLDERS && strcmp(holders[i].in, in) != 0)
        i++;
    return i;
}

const char *words_holder_name(size_t holder)
{
    return holders[holder].in;
}

const char *words_holder_held(size_t holder)
{
    return holders[holder].held;
}

const char *words_holder_where(size_t holder)
{
    return holder < WORDS_HOLDERS ? holders[holder].where : NULL;
}

const char *words_holder_mend(size_t holder)
{
    return holder < WORDS_HOLDERS ? holders[holder].mend : NULL;
}

int words_waiver(const json_t *finding, struct assay_buf *ret)
{
    const json_t *waiver = json_object_get(finding, "waiver");
    const char *refused = assay_json_string(waiver, "refused", NULL);
    const char *expires = assay_json_string(waiver, "expires", NULL);

    if (!waiver)
        return 0;
    return assay_buf_printf(ret, "%swaived by %s%s%s: %s",
                            !refused ? ""
                            : strcmp(refused, "expired") == 0
                                ? "a waiver expired, renew it or mend this: "
                                : "a waiver does not count, since a lower layer locked "
                                  "this: ",
                            assay_json_string(waiver, "by", "?"), expires ? " until " : "",
                            expires ? expires : "", assay_json_string(waiver, "reason", "?"));
}

size_t words_formats(const json_t *coverage, const json_t *ret[WORDS_FORMATS_MAX])
{
    size_t n = 0, i;
    json_t *row;

    json_array_foreach(json_object_get(coverage, "formats"), i, row)
    {
        size_t at = n;

        if (n == WORDS_FORMATS_MAX)
            break;
        while (at > 0 &&
               assay_json_int(ret[at - 1], "bytes", 0) < assay_json_int(row, "bytes", 0)) {
            ret[at] = ret[at - 1];
            at--;
        }
        ret[at] = row;
        n++;
    }
    return n;
}

int words_failed(int r, struct assay_error *err)
{
    return assay_error_set(err, r, "cannot write the report: %s", strerror(-r));
}
