#include "checks/ini.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

static void trim(const char **text, size_t *len)
{
    while (*len && isspace((unsigned char)**text)) {
        (*text)++;
        (*len)--;
    }
    while (*len && isspace((unsigned char)(*text)[*len - 1]))
        (*len)--;
}

static void lower(char *text)
{
    for (; *text; text++)
        *text = (char)tolower((unsigned char)*text);
}

static void copy(const char *text, size_t len, char *ret, size_t size)
{
    snprintf(ret, size, "%.*s", (int)(len < size ? len : size), text);
}

static bool read_line(struct ini *ini, const char *text, size_t len)
{
    const char *equals, *value, *close;
    size_t key_len, value_len;
    char key[128];

    trim(&text, &len);
    if (len > 1 && text[0] == '[') {
        close = memchr(text, ']', len);
        copy(text + 1, (close ? (size_t)(close - text) : len) - 1, ini->section,
             sizeof(ini->section));
        lower(ini->section);
        return false;
    }
    equals = len && text[0] != '#' && text[0] != ';' ? memchr(text, '=', len) : NULL;
    if (!equals)
        return false;
    key_len = (size_t)(equals - text);
    value = equals + 1;
    value_len = len - key_len - 1;
    trim(&text, &key_len);
    trim(&value, &value_len);
    if (value_len > 1 && (*value == '"' || *value == '\'') && value[value_len - 1] == *value) {
        value++;
        value_len -= 2;
    }
    copy(text, key_len, key, sizeof(key));
    lower(key);
    snprintf(ini->key, sizeof(ini->key), "%.60s.%.127s", ini->section, key);
    copy(value, value_len, ini->value, sizeof(ini->value));
    return true;
}

bool ini_next(struct ini *ini)
{
    while (ini->left) {
        const char *text = (const char *)ini->data;
        const char *end = memchr(text, '\n', ini->left);
        size_t len = end ? (size_t)(end - text) : ini->left;

        ini->data += len + (end != NULL);
        ini->left -= len + (end != NULL);
        ini->line++;
        if (read_line(ini, text, len))
            return true;
    }
    return false;
}
