#include "scan/kinds.h"

#include <string.h>

static const char two[] = "2 letters or digits at least and 256 bytes at most";

static const struct identity_kind kinds[] = {
    {"name", "identity.name", "The name of a person on the policy's list", kinds_name, two, true,
     false},
    {"username", "identity.username", "A user name on the policy's list", kinds_word, two, false,
     false},
    {"email", "identity.email", "An e-mail address on the policy's list", kinds_word, two, false,
     false},
    {"hostname", "identity.hostname", "A host name on the policy's list", kinds_hostname, two,
     false, false},
    {"domain", "identity.domain", "A domain on the policy's list", kinds_word, two, false, false},
    {"employee-id", "identity.employee-id", "An employee id on the policy's list", kinds_employee,
     two, true, false},
    {"phone", "identity.phone", "A telephone number on the policy's list", kinds_phone,
     "6 to 20 digits", true, false},
    {"key-fingerprint", "identity.key-fingerprint", "A key fingerprint on the policy's list",
     kinds_key, "8 to 64 bytes in hexadecimal, or as ssh-keygen writes it", true, false},
    {"sid", "identity.sid", "A Windows security identifier on the policy's list", kinds_sid,
     "a security identifier with 4 numbers at least, as \"S-1-5-21-1-2-3-1001\"", false, false},
    {"mac-address", "identity.mac-address", "The address of a network card on the policy's list",
     kinds_hex, "6 or 8 bytes in hexadecimal", true, false},
    {"machine-id", "identity.machine-id", "The id of a machine on the policy's list", kinds_hex,
     "16 bytes in hexadecimal", true, false},
    {"email-domain", "personal.organisation-email", "An e-mail address of the organisation",
     kinds_address, two, false, true},
};

const struct identity_kind *identity_kind_at(size_t i)
{
    return i < sizeof(kinds) / sizeof(*kinds) ? &kinds[i] : NULL;
}

const struct identity_kind *identity_kind_find(const char *name)
{
    for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
        if (strcmp(kinds[i].name, name) == 0)
            return &kinds[i];
    return NULL;
}
