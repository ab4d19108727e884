#include "report/sarif_place.h"

#include <assay/buf.h>
#include <inttypes.h>
#include <string.h>

#include "report/printer.h"
#include "report/words.h"

#define TEXT_MAX ((size_t)1 << 20)

json_t *sarif_string(const char *text)
{
    _cleanup_buf_ struct assay_buf buf = ASSAY_BUF(TEXT_MAX);
    struct printer printer = {.buf = &buf};

    printer_foreign(&printer, text);
    return printer.error ? NULL : json_string(assay_buf_str(&buf));
}

json_t *sarif_message(const char *text)
{
    _cleanup_buf_ struct assay_buf buf = ASSAY_BUF(TEXT_MAX);
    _cleanup_json_ json_t *plain = sarif_string(text);
    struct printer printer = {.buf = &buf};

    if (!plain)
        return NULL;
    for (const char *p = json_string_value(plain); *p; p++)
        printer_add(&printer, p[0] == ']' && p[1] == '(' ? "] " : "%c", *p);
    return printer.error ? NULL : json_pack("{s:s}", "text", assay_buf_str(&buf));
}

/* Appends a segment of a path, up to the next slash. */
static void segment(struct printer *printer, const char *text, size_t len)
{
    static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
                                "-._~!@+,=";

    if (len == 1 && text[0] == '.')
        printer_add(printer, "%%E2%%80%%A4");
    else if (len == 2 && memcmp(text, "..", 2) == 0)
        printer_add(printer, "%%E2%%80%%A5");
    else
        for (size_t i = 0; i < len; i++)
            printer_add(printer, strchr(plain, text[i]) ? "%c" : "%%%02X", (unsigned char)text[i]);
}

json_t *sarif_uri(const char *path)
{
    _cleanup_buf_ struct assay_buf buf = ASSAY_BUF(TEXT_MAX);
    struct printer printer = {.buf = &buf};

    path += strspn(path, "/");
    while (*path) {
        size_t len = strcspn(path, "/");

        segment(&printer, path, len);
        path += len;
        if (*path == '/') {
            printer_add(&printer, "/");
            path++;
        }
    }
    return printer.error ? NULL : json_string(assay_buf_str(&buf));
}

json_t *sarif_artifact_location(const char *path, const char *name)
{
    if (!path[strspn(path, "/")])
        return json_pack("{s:o, s:i}", "uri", sarif_uri(name), "index", 0);
    return json_pack("{s:o, s:s}", "uri", sarif_uri(path), "uriBaseId", SARIF_BASE);
}

/* "in a deleted file; encoded: base64"; NULL for a plain place. */
static json_t *remark(const json_t *place)
{
    const char *where = words_holder_where(words_holder(place));
    const char *decoded = assay_json_string(place, "decoded", NULL);
    char text[512];

    if (!where && !decoded)
        return NULL;
    snprintf(text, sizeof(text), "%s%s%s%s", where ? where : "", where && decoded ? "; " : "",
             decoded ? "encoded: " : "", decoded ? decoded : "");
    return sarif_message(text);
}

static json_t *region(const json_t *place)
{
    int64_t line = assay_json_int(place, "line", 0), offset = assay_json_int(place, "offset", -1);

    if (line > 0)
        return json_pack("{s:I}", "startLine", (json_int_t)line);
    return offset >= 0 ? json_pack("{s:I}", "byteOffset", (json_int_t)offset) : NULL;
}

json_t *sarif_location(const json_t *place, const char *name, int id)
{
    const char *path = assay_json_string(place, "path", "");

    return json_pack("{s:o*, s:{s:o, s:o*}, s:[{s:o, s:s}], s:o*}", "id",
                     id ? json_integer(id) : NULL, "physicalLocation", "artifactLocation",
                     sarif_artifact_location(path, name), "region", region(place),
                     "logicalLocations", "fullyQualifiedName", sarif_string(path[0] ? path : name),
                     "kind", "resource", "message", remark(place));
}
