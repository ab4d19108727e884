/* Mailboxes and the queues of mail servers. */
#include "checks/check.h"

static const char *const paths[] = {
    "var/mail/*",
    "var/mail/*/**",
    "var/spool/mail/*",
    "var/spool/mail/*/**",
    "var/spool/exim4/input/**",
    "var/spool/mqueue/**",
    "var/spool/clientmqueue/**",
    "var/spool/postfix/active/**",
    "var/spool/postfix/deferred/**",
    "var/spool/postfix/hold/**",
    "var/spool/postfix/incoming/**",
    "var/spool/postfix/maildrop/**",
    "~/mbox",
    "~/dead.letter",
    "~/Maildir/**",
    "~/Mail/**",
    NULL,
};

const struct check check_mail_spool = {
    .id = "hygiene.mail-spool",
    .class = FINDING_HYGIENE,
    .severity = SEVERITY_MEDIUM,
    .title = "Mail of local accounts",
    .message = "The image carries mail.",
    .help = "Mail to root holds the output of cron jobs and whatever else a machine reports. "
            "Delete the file before the image is packed.",
    .paths = paths,
};
