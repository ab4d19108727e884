#include "scan/forms.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "scan/field.h"
#include "scan/phrase.h"
#include "scan/skeleton.h"
#include "scan/text.h"

#define POOL_MAX (64u << 10)      /* bytes of all forms of an identity */
#define LITERALS_MAX (256u << 10) /* bytes of its expression */
/* A boundary, or the id of a login record: the end of "pts/0", "pts/10", "tty1". */
#define GUARD "(?:^|[^A-Za-z0-9]|ts/[0-9]|s/[0-9][0-9]|tty[0-9])"
#define LOCAL_MAX 64 /* bytes of an address's local part, RFC 5321 4.5.3.1.1 */

void forms_start(struct forms *forms)
{
    *forms = (struct forms){.pool = ASSAY_BUF(POOL_MAX), .literals = ASSAY_BUF(LITERALS_MAX)};
}

void forms_clear(struct forms *forms)
{
    if (forms->pool.data)
        explicit_bzero(forms->pool.data, forms->pool.len);
    if (forms->literals.data)
        explicit_bzero(forms->literals.data, forms->literals.len);
    assay_buf_free(&forms->pool);
    assay_buf_free(&forms->literals);
    free(forms->list);
    *forms = (struct forms){0};
}

static const uint8_t *phrase_of(const struct forms *forms, const struct form *form)
{
    return (const uint8_t *)forms->pool.data + form->start;
}

/* Bytes of text that so much of a phrase can take: letters with their signs, gaps of "%20". */
static size_t reach_of(const uint8_t *phrase, size_t len)
{
    size_t n = 8;

    for (size_t i = 0; i < len; i++)
        n += phrase[i] ? 3 : 3 * PHRASE_GAP;
    return n > SKELETON_TEXT / 2 ? SKELETON_TEXT / 2 : n;
}

int forms_add(struct forms *forms, const uint8_t *phrase, size_t len, size_t anchor, unsigned flags)
{
    struct form *list;
    size_t before, behind;

    if (len == 0 || len > PHRASE_MAX)
        return -EINVAL;
    for (size_t i = 0; i < forms->n; i++)
        if (forms->list[i].len == len && forms->list[i].anchor == anchor &&
            memcmp(phrase_of(forms, &forms->list[i]), phrase, len) == 0)
            return 0;
    list = reallocarray(forms->list, forms->n + 1, sizeof(*list));
    if (!list)
        return -ENOMEM;
    forms->list = list;
    list[forms->n] = (struct form){.start = (uint16_t)forms->pool.len,
                                   .len = (uint16_t)len,
                                   .anchor = (uint16_t)anchor,
                                   .flags = (uint8_t)flags};
    if (assay_buf_append(&forms->pool, phrase, len) < 0)
        return -ENOMEM;
    forms->n++;
    before = reach_of(phrase, anchor);
    behind = reach_of(phrase + anchor, len - anchor);
    forms->before = before > forms->before ? before : forms->before;
    forms->behind = behind > forms->behind ? behind : forms->behind;
    return 0;
}

/* --- the first pass ----------------------------------------------------------------------- */

int forms_literal(struct forms *forms, const uint8_t *bytes, size_t len, bool phrase)
{
    _cleanup_buf_ struct assay_buf one = ASSAY_BUF(LITERALS_MAX);
    int r = assay_buf_append(&one, "|", 1);

    for (size_t i = 0; r == 0 && i < len; i++)
        r = phrase && bytes[i] == 0
                ? assay_buf_printf(&one, "(?:[ .,_+:()/-]|%%20|\\xc2\\xa0){0,%d}", PHRASE_GAP)
                : assay_buf_printf(&one, "\\x%02x", bytes[i]);
    if (r == 0)
        r = assay_buf_append(&one, "|", 1);
    if (r < 0 ||
        (forms->literals.len && strstr(assay_buf_str(&forms->literals), assay_buf_str(&one))))
        return r;
    if (forms->literals.len)
        return assay_buf_append(&forms->literals, one.data + 1, one.len - 1);
    return assay_buf_append(&forms->literals, one.data, one.len);
}

int forms_expression(const struct forms *forms, struct assay_buf *ret)
{
    int r = assay_buf_printf(ret, "%s(?:", forms->guarded ? GUARD : "");

    if (r == 0 && forms->literals.len > 2)
        r = assay_buf_append(ret, forms->literals.data + 1, forms->literals.len - 2);
    return r < 0 ? r : assay_buf_append(ret, ")", 1);
}

/* --- what stands around a form ------------------------------------------------------------ */

static bool is_digit(uint8_t c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(uint8_t c)
{
    return (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
}

static bool is_upper(uint8_t c)
{
    return c >= 'A' && c <= 'Z';
}

/* Whether two letters are capitals, and the initial none that is a word ("A", "I"). */
static bool are_capitals(uint8_t initial, uint8_t other)
{
    return (is_upper(initial) || initial >= 0x80) && (is_upper(other) || other >= 0x80) &&
           initial != 'A' && initial != 'I';
}

static bool is_joint(uint8_t c)
{
    return c && strchr("._-+%", c);
}

/* An initial in front of a surname is telling in "O. Brandvold", "o_brandvold", "obrandvold"; with
 * nothing but a blank between them both must be capitals: "a winter" is none, nor "a. winter". */
static bool initial_leads(const uint8_t *text, size_t start)
{
    uint8_t initial = text[start], next = text[start + 1];
    size_t at = start + 1;

    if (is_joint(next))
        return !(next == '.' && text[start + 2] == ' ' && strchr("ai", initial));
    if (next != ' ')
        return next >= 0x80 || is_letter(next);
    while (text[at] == ' ')
        at++;
    return is_letter(text[at]) || text[at] >= 0x80 ? are_capitals(initial, text[at]) : false;
}

/* Behind it in "Brandvold, O.", "brandvold-o" and "brandvoldo", where it must be no ending
 * ("winters"). */
static bool initial_trails(const uint8_t *text, size_t start, size_t end)
{
    uint8_t initial = text[end - 1], before = text[end - 2];
    size_t at = end - 1;

    if (before >= 0x80 || is_letter(before))
        return !strchr("sdrneySDRNEY", initial);
    if (before != ' ')
        return is_joint(before) || before == ',' || before == '0'; /* of "%20" */
    while (text[at - 1] == ' ')
        at--;
    before = text[at - 1];
    if (before == '.') /* "Brandvold, O. K." */
        return at - start > 2 && !is_letter(text[at - 3]);
    return before == ',' ||
           ((is_letter(before) || before >= 0x80) && are_capitals(initial, text[start]));
}

/* Whether "+49 " or "0049" ends at `at`; then *ret_start is where it begins. */
static bool country_code_before(const uint8_t *text, size_t at, size_t *ret_start)
{
    size_t digits = 0;

    while (at > 0 && strchr(" .-/()", text[at - 1]) && text[at - 1])
        at--;
    while (at > 0 && digits < 5 && is_digit(text[at - 1])) {
        at--;
        digits++;
    }
    if (digits == 0 || ((at == 0 || text[at - 1] != '+') && (digits < 3 || text[at] != '0')))
        return false;
    *ret_start = at;
    return true;
}

static bool is_local(uint8_t c)
{
    return is_letter(c) || is_digit(c) || strchr("._%+-", c);
}

/* Steps from a domain back over subdomains, "@" and the local part. */
static bool address_before(const uint8_t *text, size_t at, size_t *ret_start)
{
    size_t low = at, end;

    while (low > 0 && at - low < 255 && text[low - 1] &&
           (is_letter(text[low - 1]) || is_digit(text[low - 1]) || strchr(".-", text[low - 1])))
        low--;
    if (low == 0 || text[low - 1] != '@' || (low < at && text[at - 1] != '.'))
        return false;
    end = --low;
    while (low > 0 && end - low < LOCAL_MAX && text[low - 1] && is_local(text[low - 1]))
        low--;
    *ret_start = low;
    return low < end;
}

/* Whether no word goes on in front of the form; *flags learns when a field begins there. */
static bool begins(const struct form *form, const uint8_t *text, size_t start, unsigned *flags)
{
    if (!text_word_before(text, start) ||
        (form->flags & FORM_HEX && start >= 2 && (text[start - 1] | 0x20) == 'x' &&
         text[start - 2] == '0'))
        return true;
    if (!field_begins(text, start))
        return false;
    *flags |= FORM_FIELD;
    return true;
}

static bool boundaries_hold(const struct form *form, const uint8_t *text, size_t len, size_t *start,
                            size_t end, unsigned *flags)
{
    if (form->flags & FORM_RAW)
        return true;
    if (text_word_after(text, len, end) && !field_ends(text, len, end))
        return false;
    if (form->flags & FORM_ADDRESS)
        return address_before(text, *start, start);
    if (form->flags & FORM_CALLED)
        return country_code_before(text, *start, start);
    return begins(form, text, *start, flags) &&
           (!(form->flags & FORM_INITIAL_FIRST) || initial_leads(text, *start)) &&
           (!(form->flags & FORM_INITIAL_LAST) || initial_trails(text, *start, end));
}

/* --- matching ----------------------------------------------------------------------------- */

/* The text around a hit, as bare letters. */
struct view {
    const uint8_t *text;
    size_t len, at;
    size_t low; /* where the skeleton begins in the text */
    size_t hit; /* the hit's place in the skeleton */
    struct skeleton skeleton;
};

/* Returns whether the text has bytes that are not ASCII. */
static bool look(struct view *view, const struct forms *forms, bool wide)
{
    size_t high = view->len - view->at > forms->behind ? view->at + forms->behind : view->len;
    bool plain = true;

    view->low = view->at > forms->before ? view->at - forms->before : 0;
    for (size_t i = view->low; plain && i < high; i++)
        plain = view->text[i] < 0x80;
    if (plain && wide)
        return false;
    skeleton_make(view->text + view->low, high - view->low, wide, &view->skeleton);
    view->hit = skeleton_find(&view->skeleton, view->at - view->low);
    return !plain;
}

static bool match_raw(const struct view *view, const uint8_t *phrase, const struct form *form,
                      size_t *ret_start, size_t *ret_end)
{
    if (view->at < form->anchor || view->len - view->at < (size_t)(form->len - form->anchor) ||
        memcmp(view->text + view->at - form->anchor, phrase, form->len) != 0)
        return false;
    *ret_start = view->at - form->anchor;
    *ret_end = *ret_start + form->len;
    return true;
}

static bool match(const struct view *view, const uint8_t *phrase, const struct form *form,
                  size_t *ret_start, size_t *ret_end)
{
    const struct skeleton *skeleton = &view->skeleton;
    size_t start, end;

    if (form->flags & FORM_RAW)
        return match_raw(view, phrase, form, ret_start, ret_end);
    start = phrase_match_back(phrase, form->anchor, skeleton->text, view->hit);
    if (start == PHRASE_NONE)
        return false;
    end = phrase_match_on(phrase + form->anchor, form->len - form->anchor, skeleton->text,
                          skeleton->len, view->hit);
    if (end == PHRASE_NONE)
        return false;
    *ret_start = view->low + skeleton->at[start];
    *ret_end = view->low + skeleton->at[end];
    return true;
}

static bool match_any(const struct view *view, const struct forms *forms, size_t *ret_start,
                      size_t *ret_end, unsigned *ret_flags)
{
    for (size_t i = 0; i < forms->n; i++) {
        const struct form *form = &forms->list[i];
        unsigned flags = form->flags;
        size_t start, end;

        if (!match(view, phrase_of(forms, form), form, &start, &end) ||
            !boundaries_hold(form, view->text, view->len, &start, end, &flags))
            continue;
        *ret_start = start;
        *ret_end = end;
        *ret_flags = flags;
        return true;
    }
    return false;
}

bool forms_match(const struct forms *forms, const uint8_t *text, size_t len, size_t at,
                 size_t *ret_start, size_t *ret_end, unsigned *ret_flags)
{
    struct view view;

    view.text = text;
    view.len = len;
    view.at = at;
    if (!look(&view, forms, false))
        return match_any(&view, forms, ret_start, ret_end, ret_flags);
    if (match_any(&view, forms, ret_start, ret_end, ret_flags))
        return true;
    look(&view, forms, true);
    return match_any(&view, forms, ret_start, ret_end, ret_flags);
}
