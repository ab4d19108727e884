/* Offline validations, entropy and placeholders. */
#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "scan/checksum.h"
#include "scan/judge.h"
#include "suite.h"

static bool holds(const char *check, const char *secret)
{
    const struct checksum *row = checksum_find(check);

    ck_assert_msg(row != NULL, "no check named %s", check);
    return row->holds((const uint8_t *)secret, strlen(secret));
}

struct example {
    const char *check, *good, *bad;
};

START_TEST(checks_tell_good_from_bad)
{
    static const struct example examples[] = {
        /* made by the rule that GitHub's post describes */
        {"github-crc32",
         "ghp_zQWBuTSOoRi4"
         "A9spHcVY5ncnsDkxkJ0mLq17",
         "ghp_zQWBuTSOoRi4"
         "A9spHcVY5ncnsDkxkJ0mLq18"},
        {"github-crc32",
         "ghp_zQWBuTSOoRi4"
         "A9spHcVY5ncnsDkxkJ0mLq17",
         "ghp_0mLq17"},
        {"npm-crc32",
         "npm_zQWBuTSOoRi4"
         "A9spHcVY5ncnsDkxkJ0mLq17",
         "npm-zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ0mLq17"},
        {"luhn", "4111 1111 1111 1111", "4111 1111 1111 1112"},
        {"luhn", "378282246310005", "37828224631000x"},
        {"iban", "DE89 3704 0044 0532 0130 00", "DE88 3704 0044 0532 0130 00"},
        {"iban", "GB82WEST12345698765432", "GB82"},
        /* RFC 7519, 3.1 */
        {"jwt",
         "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQo"
         "gImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEj"
         "Xk",
         "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.notjson.dBjftJeZ4CVP"},
        {"jwt", "eyJhbGciOiJub25lIn0.eyJhIjoxfQ.", "eyJhIjoxfQ.eyJhIjoxfQ.x"},
        {"aws-key-id", "AKIAIOSFODNN7EXAMPLE", "AKIAIOSFODNN1EXAMPLE"},
        /* the token of GitLab's documentation */
        {"gitlab-crc32",
         "glpat-bzox79Of-"
         "KE9FD2LjoXXF4CvyxA.0r03gxo7s",
         "glpat-bzox79Of-"
         "KE9FD2LjoXXF4CvyxB.0r03gxo7s"},
        {"gitlab-crc32",
         "glpat-bzox79Of-"
         "KE9FD2Lj",
         "glpat-bzox79Of-"
         "KE9FD2LjoXXF4CvyxA.0s03gxo7s"},
        /* the token of Grafana's own test */
        {"grafana-crc32",
         "glsa_yscW25imSKJI"
         "uav8zF37RZmnbiDvB05G_fcaaf58a",
         "glsa_yscW25imSKJI"
         "uav8zF37RZmnbiDvB05G_fcaaf58b"},
        {"discord-id", "MTIzNDU2Nzg5MDEyMzQ1Njc4.G1x2y3.a", "Q0hhbmdlbG9nLmh0bWwgbm90ZXM.G1x2y3.a"},
        {"base64-json", "ops_eyJhIjoxfQ", "ops_eyJhIjox"},
        {"base64-json", "sntrys_eyJhIjoxfQ==_Zm9v", "sntrys_Zm9v"},
        {"mixed-base64", "aB3aB3", "0123456789abcdef"},
        {"base64-32", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", "AAAA"},
        /* BIP 173's test vectors */
        {"bech32", "A12UEL5L", "A12UEL5M"},
        {"bech32", "split1checkupstagehandshakeupstreamerranterredcaperred2y9e3w",
         "split1checkupstagehandshakeupstreamerranterredcaperred2y9e3v"},
        {"crypt", "$1$abcdefgh$irWbblnpmw.5z7wgBnprh0", "$1$abcdefgh$irWbblnpmw.5z7wgBnprh"},
        {"crypt", "$2b$12$GhvMmNVjRW29ulnudl.LbuAnUtN/LRfe1JsBm1Xu6LE3059z5Tr8m",
         "$2b$99$GhvMmNVjRW29ulnudl.LbuAnUtN/LRfe1JsBm1Xu6LE3059z5Tr8m"},
        {"crypt",
         "$6$rounds=5000$saltstring$svn8UoSVapNtMuq1ukKS4tPQd8iKwSMHWjlO/O817G3uBnIFNjnQJuesI68OTLi"
         "BFdcbYEdFCoEOfaS35inz1.",
         "$6$saltstringthatistoolong$svn8UoSVapNtMuq1ukKS4tPQd8iKwSMHWjlO/"
         "O817G3uBnIFNjnQJuesI68OTLi"
         "BFdcbYEdFCoEOfaS35inz1."},
        {"crypt", "$y$j9T$F5Jx5fExrKuPp53xLKQ..1$X3DX6M94c7o.9agCG9G317fhZg9SqC.5i5rd.RhAtQ7",
         "$y$j9T$F5Jx5fExrKuPp53xLKQ..1"},
        {"minisign",
         "RWQAAEIyAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA3K2Ecw1efTKQcj5ES"
         "9k6s8r/ctBMl6Arqg"
         "6ZHBZe6Wd4RSZSLQCUo+VbF4DTTB7fN+g5HuLlwA2yMFjR7+"
         "W89okUT50UBeybAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
         "RWQAAEIyAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAkL9ZAT09P7cLLG4MX"
         "O6Hi+K+GjEUKkEiec"
         "6KkKro0c2AzgSO6QAnZd2Huiy+oo2j2FXlNrRH5N+"
         "9AciBEBDNwh4FlD2Qgr6HAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="},
        {"bip32",
         "xprv9t5zYbJUotBYsqp2idRsxotFhVF2akJD5C7NyacS9xgRkhEWbUA"
         "krnNQcTe2uTsGGZGGw46n755fpSugCtiTU5yeu6iS6NDHM13RyWdi4dC",
         "xprv9t5zYbJUotBYsqp2idRsxotFhVF2akJD5C7NyacS9xgRkhEWbUA"
         "krnNQcTe2uTsGGZGGw46n755fpSugCtiTU5yeu6iS6NDHM13RyWdi4d2"},
        {"ssh2-plain",
         "Comment: "
         "\"imported-openssh-key\"\nP2/"
         "56wAAA+4AAAA3aWYtbW9kbntzaWdue3JzYS1wa2NzMS1zaGExfSxlbmNyeXB0e3Jz"
         "YS\n1wa2NzMXYyLW9hZXB9fQAAAARub25lAAADnwAAA5sAAAARAQABAAAH/0O9N52j3DU/"
         "6Cp8\n7s32BWsbYIESESsnYEx+vNvgtu",
         "Comment: "
         "\"imported-openssh-key\"\nP2/56wAAA/"
         "MAAAA3aWYtbW9kbntzaWdue3JzYS1wa2NzMS1zaGExfSxlbmNyeXB0e3Jz"
         "YS\n1wa2NzMXYyLW9hZXB9fQAAAAgzZGVzLWNiYwAAA6A7eL/"
         "nWFHsrbrnR345SEP2chMye5Sn\nqxcmrXhVcgIPtrNs/RrJ3U/10a"},
        {"ssh2-encrypted",
         "Comment: "
         "\"imported-openssh-key\"\nP2/56wAAA/"
         "MAAAA3aWYtbW9kbntzaWdue3JzYS1wa2NzMS1zaGExfSxlbmNyeXB0e3Jz"
         "YS\n1wa2NzMXYyLW9hZXB9fQAAAAgzZGVzLWNiYwAAA6A7eL/"
         "nWFHsrbrnR345SEP2chMye5Sn\nqxcmrXhVcgIPtrNs/RrJ3U/10a",
         "Comment: "
         "\"imported-openssh-key\"\nP2/"
         "56wAAA+4AAAA3aWYtbW9kbntzaWdue3JzYS1wa2NzMS1zaGExfSxlbmNyeXB0e3Jz"
         "YS\n1wa2NzMXYyLW9hZXB9fQAAAARub25lAAADnwAAA5sAAAARAQABAAAH/0O9N52j3DU/"
         "6Cp8\n7s32BWsbYIESESsnYEx+vNvgtu"},
        {"pgp-plain",
         "\n\nlFgEawDwFRYJKwYBBAHaRw8BAQdAEWsxUf+hraKKDSydET2kW91A3mx7eQzt/GoC\nUvxmYOkAAQCxu/"
         "rAdiCKmiQdMGyc4yLMSqpJmWunTGA6EDbHSQ5eCw3GtAJ0MYiQ\nBBMWCAA4FiEEffTrk9h6okpyB7X/tDvHA9"
         "t746YFAmsA8BUCGwMFCwkIBwIGFQoJ\nCAsCBBYCAwECHgECF4AACgkQtDvHA9t746YHhAD7BKyX4UqdEaFyO6+"
         "9UIevGo0k\nnz4ha3/+7H+hE/gMV4oA/Ro1DyxETgZAJziaoT2KEvKkJKVkMTFqMYK29eHcqAoB\n=Pgu2\n",
         "\n\nlIYEawE/"
         "HhYJKwYBBAHaRw8BAQdAAP7jN4dvc8qrrex39QlIzL9QEm9sbdyK25Mn\nVtQumGH+BwMCrwiipDlyGV3/"
         "dkyAtxIP0g4q5lYFJiepSCLoda6DMdJ62OcEiTPp\nI3E6Rg68/hi9LXUB9WbTDwm/"
         "cuLnm3ECqy1TKNCjIH+ZS5W46zShzLQFZW5jZWSI\nlgQTFggA"
         "PhYhBOaWHswBnwxVJuKzDetm/"
         "t0d2TctBQJrAT8eAhsDBQkDwmcABQsJ\nCAcCBhUKCQgLAgQWAgMBAh4BAheAAAoJEOtm/"
         "t0d2TctTggBALtQdI+saAqsBCaN\nUQ0dbxlGpgEzAmSzyB1FwBiY188eAQDoXstIsySjwYCcfEcvsxiNA+"
         "e9ELIr4mEa\nZbkD5kJLAA==\n=UFGv\n"},
        {"pgp-encrypted",
         "\n\nlIYEawE/"
         "HhYJKwYBBAHaRw8BAQdAAP7jN4dvc8qrrex39QlIzL9QEm9sbdyK25Mn\nVtQumGH+BwMCrwiipDlyGV3/"
         "dkyAtxIP0g4q5lYFJiepSCLoda6DMdJ62OcEiTPp\nI3E6Rg68/hi9LXUB9WbTDwm/"
         "cuLnm3ECqy1TKNCjIH+ZS5W46zShzLQFZW5jZWSI\nlgQTFggA"
         "PhYhBOaWHswBnwxVJuKzDetm/"
         "t0d2TctBQJrAT8eAhsDBQkDwmcABQsJ\nCAcCBhUKCQgLAgQWAgMBAh4BAheAAAoJEOtm/"
         "t0d2TctTggBALtQdI+saAqsBCaN\nUQ0dbxlGpgEzAmSzyB1FwBiY188eAQDoXstIsySjwYCcfEcvsxiNA+"
         "e9ELIr4mEa\nZbkD5kJLAA==\n=UFGv\n",
         "\n\nlFgEawDwFRYJKwYBBAHaRw8BAQdAEWsxUf+hraKKDSydET2kW91A3mx7eQzt/GoC\nUvxmYOkAAQCxu/"
         "rAdiCKmiQdMGyc4yLMSqpJmWunTGA6EDbHSQ5eCw3GtAJ0MYiQ\nBBMWCAA4FiEEffTrk9h6okpyB7X/tDvHA9"
         "t746YFAmsA8BUCGwMFCwkIBwIGFQoJ\nCAsCBBYCAwECHgECF4AACgkQtDvHA9t746YHhAD7BKyX4UqdEaFyO6+"
         "9UIevGo0k\nnz4ha3/+7H+hE/gMV4oA/Ro1DyxETgZAJziaoT2KEvKkJKVkMTFqMYK29eHcqAoB\n=Pgu2\n"},
        {"cisco7", "0817581804281F434313", "0917581804281F434313"},
        {"random", "whayG5Q3gpwPAYXw81vMkFzt", "getAccessTokenFromServer2"},
        {"random", "477196159073155a5267bc44f8b7edb8", "us-east-1-prod-token-placeholder"},
        {"random", "d1gq-7Lw2-vNpx-4hV8", "sha256-of-the-file-2024"},
        {"password", "hT7!gqP2zLk", "user_password"},
        {"password", "gq7Lw2vNp", "db.password.2"},
        {"password", "correct-horse7!", "http://x:1"},
    };

    for (size_t i = 0; i < sizeof(examples) / sizeof(*examples); i++) {
        ck_assert_msg(holds(examples[i].check, examples[i].good), "%s refuses %s",
                      examples[i].check, examples[i].good);
        ck_assert_msg(!holds(examples[i].check, examples[i].bad), "%s takes %s", examples[i].check,
                      examples[i].bad);
    }
}
END_TEST

START_TEST(no_check_takes_nothing_or_noise)
{
    _cleanup_buf_ struct assay_buf names = ASSAY_BUF(4096);
    uint8_t noise[300];
    char *rest, *name;

    for (size_t i = 0; i < sizeof(noise); i++)
        noise[i] = (uint8_t)(i * 151 + 7);
    ck_assert_int_eq(checksum_names(&names), 0);
    for (name = strtok_r((char *)names.data, ", ", &rest); name;
         name = strtok_r(NULL, ", ", &rest)) {
        const struct checksum *row = checksum_find(name);

        ck_assert(!row->holds((const uint8_t *)"", 0));
        for (size_t len = 1; len < sizeof(noise); len++) {
            /* An exact copy, so that reading past the end is caught. */
            uint8_t *copy = malloc(len);

            memcpy(copy, noise, len);
            ck_assert_msg(!row->holds(copy, len) || row->guess, "%s, %zu", name, len);
            free(copy);
        }
    }
    ck_assert_ptr_null(checksum_find("crc99"));
}
END_TEST

START_TEST(entropy_is_in_bits_per_byte)
{
    uint8_t all[256];

    for (size_t i = 0; i < sizeof(all); i++)
        all[i] = (uint8_t)i;
    ck_assert(fabs(judge_entropy(all, sizeof(all)) - 8) < 1e-9);
    ck_assert(fabs(judge_entropy((const uint8_t *)"abab", 4) - 1) < 1e-9);
    ck_assert(fabs(judge_entropy((const uint8_t *)"aaaa", 4)) < 1e-9);
    ck_assert(fabs(judge_entropy((const uint8_t *)"", 0)) < 1e-9);
}
END_TEST

START_TEST(placeholders_are_no_secrets)
{
    static const char *const yes[] = {
        "AKIAIOSFODNN7EXAMPLE", "changeme", "ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
        "<your token>",         "${TOKEN}", "$TOKEN",
        "{{ token }}",          "********", "your_api_key_goes_here",
    };
    static const char *const no[] = {
        "zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ0mLq17",
        "$6$saltstring$svn8UoSVapNtMuq1ukKS4tPQd8iKwSMHWjlO",
        "hunter2",
    };

    for (size_t i = 0; i < sizeof(yes) / sizeof(*yes); i++)
        ck_assert_msg(judge_is_placeholder((const uint8_t *)yes[i], strlen(yes[i])), "%s", yes[i]);
    for (size_t i = 0; i < sizeof(no) / sizeof(*no); i++)
        ck_assert_msg(!judge_is_placeholder((const uint8_t *)no[i], strlen(no[i])), "%s", no[i]);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {checks_tell_good_from_bad, no_check_takes_nothing_or_noise,
                                  entropy_is_in_bits_per_byte, placeholders_are_no_secrets, NULL};

    return suite_run("checks", tests, NULL, NULL);
}
