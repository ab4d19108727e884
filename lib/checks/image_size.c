/* The artifact's size against the policy's limit. */
#include <inttypes.h>
#include <stdio.h>

#include "checks/system.h"

static int finish(struct check_run *run)
{
    int64_t limit =
        assay_json_int(json_object_get(run->job->policy, "limits"), "image_size", INT64_MAX);
    char message[128];
    const struct check_report report = {
        .container = "", .path = ".", .message = message, .severity = SEVERITY_CRITICAL};

    if (run->artifact_size <= (uint64_t)limit)
        return 0;
    snprintf(message, sizeof(message),
             "The image has %" PRIu64 " bytes, more than the policy's %" PRId64 ".",
             run->artifact_size, limit);
    return check_report_as(run, &report);
}

const struct check check_image_size = {
    .id = "hygiene.image-size",
    .class = FINDING_HYGIENE,
    .severity = SEVERITY_MEDIUM,
    .title = "Image bigger than the policy's limit",
    .message = "The image is bigger than the policy's limit.",
    .help = "See what grew (nix path-info -rsSh ./result), take out what is not needed, or raise "
            "limits.image_size in the policy.",
    .finish = finish,
};
