#include "formats/fixture.h"

#include <stdio.h>
#include <stdlib.h>

/* Folders and plain files, one of them a container in a container. */
static const char plain[] =
    "mkdir -p tree/etc tree/data/deep/er tree/empty\n"
    "printf 'wsl\\n' >tree/etc/wsl.cfg\n"
    "printf secret >tree/data/deep/er/notes.txt\n"
    "head -c 9001 /dev/urandom >tree/data/big; seq 3000 >tree/data/hay.txt\n"
    "tar -C tree -cf - etc data/deep | gzip >tree/data/inner.tgz\n"
    "for i in 1 2 3 4 5 6 7 8; do echo number $i >tree/data/f$i; done\n";
/* And what not every format can hold. */
#define LINKS                                                                           \
    "ln -s wsl.cfg tree/etc/link; ln -s \"$(printf '%0100d' 7)\" tree/etc/long\n"       \
    "ln tree/data/hay.txt tree/data/hard\n"                                             \
    "truncate -s 300K tree/data/sparse; truncate -s 64K tree/data/hole\n"               \
    "printf piece | dd of=tree/data/sparse bs=1 seek=200007 conv=notrunc status=none\n" \
    "printf x >\"tree/data/$(printf '%0150d' 7)\"; chmod 4750 tree/etc/wsl.cfg\n"

static const char *more(enum proof proof)
{
    switch (proof) {
    case PROOF_TREE:
        return LINKS "mkfifo tree/data/pipe\n";
    case PROOF_LINKS:
        return LINKS;
    default:
        return "";
    }
}

bool fixture_make(const struct fixture *fixture, const char *folder)
{
    char *command, script[64];
    size_t i;
    int status;

    for (i = 0; fixture->format[i] && i + 1 < sizeof(script); i++)
        script[i] = fixture->format[i] == ' ' ? '-' : (char)(fixture->format[i] | 0x20);
    script[i] = 0;
    if (asprintf(&command,
                 "cd '%s' && export PATH=$PATH:/usr/sbin:/sbin LC_ALL=C.UTF-8 MTOOLS_SKIP_CHECK=1\n"
                 "( set -e; rm -rf tree work; mkdir work\n%s%s\n"
                 "cd work && '%s/tests/formats/make/%s.sh' '%s' \"$OLDPWD/tree\" \"$OLDPWD/%s-%s\" "
                 ") >log 2>&1 ||\n"
                 "{ cat log >&2; exit 1; }; rm -rf tree work",
                 folder, plain, more(fixture->proof), ASSAY_SOURCE_DIR, script, fixture->variant,
                 fixture->format, fixture->variant) < 0)
        return false;
    status = system(command);
    free(command);
    return status == 0;
}
