#include "extract/numbertext.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"

/* --- characters -----------------------------------------------------------*/

enum kind { OTHER, DIGIT, MARK, SPACE, BLANK, QUOTE, LETTER, MINUS, END };

struct piece {
    enum kind kind;
    size_t size;
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* What stands for something else in a number, beyond ASCII. */
static enum kind wide_kind(const char *at, size_t size)
{
    static const struct {
        char text[4];
        enum kind kind;
    } known[] = {
        {"\xc2\xa0", SPACE},     /* no-break space */
        {"\xe2\x80\x87", SPACE}, /* figure space */
        {"\xe2\x80\x88", SPACE}, /* punctuation space */
        {"\xe2\x80\x89", SPACE}, /* thin space */
        {"\xe2\x80\xaf", SPACE}, /* narrow no-break space */
        {"\xe2\x80\x99", QUOTE}, /* right single quotation mark */
        {"\xe2\x88\x92", MINUS}, /* minus sign */
        {"\xe2\x80\x93", MINUS}, /* en dash */
        {"\xef\xbc\x8d", MINUS}, /* full-width minus */
    };

    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (strlen(known[i].text) == size &&
            memcmp(known[i].text, at, size) == 0)
            return known[i].kind;
    return OTHER; /* a currency, as likely as a letter */
}

static struct piece piece_at(const char *at, const char *end)
{
    size_t size;

    if (at >= end)
        return (struct piece){END, 0};
    if (is_digit(*at))
        return (struct piece){DIGIT, 1};
    if ((*at | 32) >= 'a' && (*at | 32) <= 'z')
        return (struct piece){LETTER, 1};
    switch (*at) {
    case '.':
    case ',':
        return (struct piece){MARK, 1};
    case ' ':
        return (struct piece){SPACE, 1};
    case '\t':
    case '\n':
    case '\r':
        return (struct piece){BLANK, 1};
    case '\'':
        return (struct piece){QUOTE, 1};
    case '-':
        return (struct piece){MINUS, 1};
    default:
        size = gn_utf8_length(at, (size_t)(end - at));
        return (struct piece){size > 1 ? wide_kind(at, size) : OTHER,
                              size > 0 ? size : 1};
    }
}

/* --- the figures of one number --------------------------------------------*/

/* A number's digits, and between them its marks: one of ". ,'" each. */
struct figures {
    char text[GN_NUMBERTEXT_SIZE - 20];
    size_t size;
    char exponent[8]; /* digits, after a sign */
    bool negative;
    bool wrong; /* no number, but a part of a text that may be one */
};

static size_t digits_at(const char *at, const char *end)
{
    size_t n = 0;

    while (at + n < end && is_digit(at[n]))
        n++;
    return n;
}

static void add(struct figures *f, char c)
{
    if (f->size < sizeof f->text)
        f->text[f->size++] = c;
    else
        f->wrong = true;
}

/* Whether a space after what was read stands between thousands. */
static bool joins(const struct figures *f, const char *next, const char *end)
{
    size_t group = 0;

    while (group < f->size && is_digit(f->text[f->size - 1 - group]))
        group++;
    return group <= 3 && digits_at(next, end) == 3 &&
           memchr(f->text, '.', f->size) == NULL &&
           memchr(f->text, ',', f->size) == NULL;
}

/* Takes digits and marks between them. */
static const char *take_figures(const char *at, const char *end,
                                struct figures *f)
{
    for (;;) {
        const struct piece p = piece_at(at, end);
        const char *next = at + p.size;

        const bool more = digits_at(next, end) > 0;

        if (p.kind == DIGIT || (p.kind == MARK && more))
            add(f, *at);
        else if (p.kind == QUOTE && more && f->size > 0)
            add(f, '\'');
        else if (p.kind == SPACE && joins(f, next, end))
            add(f, ' ');
        else
            return at;
        at = next;
    }
}

/* e+9 and the like, if it is not the beginning of a word. */
static const char *take_exponent(const char *at, const char *end,
                                 struct figures *f)
{
    const char *p = at + 1;
    size_t sign, n;

    if (at == end || (*at | 32) != 'e')
        return at;
    sign = p < end && (*p == '-' || *p == '+') ? 1 : 0;
    n = digits_at(p + sign, end);
    if (n < 1 || n > 4 || piece_at(p + sign + n, end).kind == LETTER)
        return at;
    memcpy(f->exponent, p, sign + n);
    return p + sign + n;
}

/* --- what the marks mean --------------------------------------------------*/

static size_t count_of(const struct figures *f, char c)
{
    size_t n = 0;

    for (size_t i = 0; i < f->size; i++)
        n += f->text[i] == c;
    return n;
}

/* One mark, three digits after it, and up to three before: 1,234 */
static bool may_be_thousands(const struct figures *f, char mark)
{
    const char *at = memchr(f->text, mark, f->size);
    const size_t before = (size_t)(at - f->text);

    return before >= 1 && before <= 3 && f->text[0] != '0' &&
           f->size - before == 4;
}

/* Finds the mark before the fraction; '\0': there is none. false: the marks
 * make no sense. */
static bool find_decimal(const struct figures *f, char told, char *out)
{
    const size_t points = count_of(f, '.');
    const size_t commas = count_of(f, ',');
    const size_t others = count_of(f, ' ') + count_of(f, '\'');
    char mark = '\0'; /* the last one */
    bool is_decimal = points > 0 && commas > 0;

    for (size_t i = 0; i < f->size; i++)
        if (f->text[i] == '.' || f->text[i] == ',')
            mark = f->text[i];
    if (points + commas == 1)
        is_decimal = others > 0 ||
                     (told != '\0' ? mark == told
                                   : mark == '.' || !may_be_thousands(f, mark));
    *out = '\0';
    if (is_decimal)
        *out = mark;
    return (*out == '\0' || told == '\0' || *out == told) &&
           (*out == '\0' || count_of(f, *out) == 1);
}

/* Whether size digits and marks are groups of thousands: one kind of marks, the
 * first group of 1 to 3 digits, the last of 3, and 2 (as in India) or 3
 * between. No marks at all are fine. */
static bool is_grouped(const char *text, size_t size)
{
    char mark = '\0';
    size_t group = 0;

    for (size_t i = 0; i < size; i++) {
        if (is_digit(text[i])) {
            group++;
            continue;
        }
        if (mark == '\0' ? group < 1 || group > 3 || text[0] == '0'
                         : text[i] != mark || group < 2 || group > 3)
            return false;
        mark = text[i];
        group = 0;
    }
    return mark == '\0' || group == 3;
}

/* Writes it as programs do. false: the marks make no sense. */
static bool write_plain(const struct figures *f, char told,
                        struct gn_number *out)
{
    const char *point = NULL;
    char *to = out->text;
    char decimal;
    size_t whole = f->size;
    bool leading = true;

    if (!find_decimal(f, told, &decimal))
        return false;
    if (decimal != '\0') {
        point = memchr(f->text, decimal, f->size);
        whole = (size_t)(point - f->text);
    }
    if (!is_grouped(f->text, whole))
        return false;
    if (f->negative)
        *to++ = '-';
    for (size_t i = 0; i < whole; i++) {
        leading = leading && f->text[i] == '0' && i + 1 < whole;
        if (is_digit(f->text[i]) && !leading)
            *to++ = f->text[i];
    }
    if (whole == 0)
        *to++ = '0';
    if (point != NULL)
        *to++ = '.';
    for (size_t i = whole + 1; i < f->size; i++) {
        if (!is_digit(f->text[i]))
            return false;
        *to++ = f->text[i];
    }
    if (f->exponent[0] != '\0')
        to += sprintf(to, "e%s", f->exponent);
    *to = '\0';
    out->kind = decimal == '\0' && f->exponent[0] == '\0' ? GN_NUMBER_INTEGER
                                                          : GN_NUMBER_REAL;
    return true;
}

static bool evaluate(const struct figures *f, char told, struct gn_number *out)
{
    if (f->wrong || !write_plain(f, told, out))
        return false;
    out->real = strtod(out->text, NULL);
    out->integer = 0;
    if (out->kind == GN_NUMBER_INTEGER) {
        errno = 0;
        out->integer = strtoll(out->text, NULL, 10);
        if (errno != 0)
            out->kind = GN_NUMBER_LARGE;
    }
    return isfinite(out->real);
}

/* --- the text around it ---------------------------------------------------*/

struct search {
    const char *at, *end;
    enum kind before;    /* the piece before at; BLANK: none */
    bool any;            /* something else than blanks came before */
    bool minus;          /* one stands before what comes, as its sign */
    bool minus_first;    /* and nothing before it */
    bool minus_in_word;  /* the piece before is one, and before it a letter */
    bool letters;        /* there are any */
    bool opened, closed; /* parentheses, around the number that stands alone */
    size_t alone, glued;
    struct figures one;     /* the first that stands alone, */
    struct figures in_word; /* and that is glued to a letter */
};

static bool is_blank(enum kind kind)
{
    return kind == SPACE || kind == BLANK;
}

/* Whether a number begins here. */
static bool begins(const struct search *s, struct piece p)
{
    return p.kind == DIGIT ||
           (p.kind == MARK && digits_at(s->at + 1, s->end) > 0 &&
            s->before != LETTER && s->before != DIGIT && s->before != MARK);
}

/* 0x10 is 16 for some, and 0 for nobody. */
static bool is_hexadecimal(const struct search *s, const struct figures *f)
{
    return f->size == 1 && f->text[0] == '0' && s->end - s->at > 1 &&
           (*s->at | 32) == 'x' &&
           (is_digit(s->at[1]) ||
            ((s->at[1] | 32) >= 'a' && (s->at[1] | 32) <= 'f'));
}

static void take_number(struct search *s)
{
    const bool glued = s->before == LETTER;
    struct figures f = {.negative = s->minus, .wrong = s->minus_in_word};
    struct piece p;

    s->at = take_exponent(take_figures(s->at, s->end, &f), s->end, &f);
    f.wrong = f.wrong || is_hexadecimal(s, &f);
    p = piece_at(s->at, s->end);
    if (p.kind == MINUS && s->at + p.size == s->end) {
        f.negative = true; /* 5-, as some programs write it */
        s->at = s->end;
    }
    if (glued && s->glued++ == 0)
        s->in_word = f;
    else if (!glued && s->alone++ == 0)
        s->one = f;
    s->minus = s->minus_in_word = false;
    s->before = DIGIT;
    s->any = true;
}

/* Goes over a piece that begins no number. */
static void pass(struct search *s, struct piece p)
{
    s->minus_in_word =
        p.kind == MINUS && (s->before == LETTER || s->before == DIGIT);
    if (p.kind == MINUS) {
        s->minus = true;
        s->minus_first = !s->any;
    } else if (p.kind == LETTER || (is_blank(p.kind) && s->before == MINUS)) {
        /* "- 5" has a sign, "Price - 5" has none */
        s->minus = s->minus && s->minus_first;
    }
    s->opened = s->opened || (*s->at == '(' && s->alone == 0);
    s->closed = s->closed || (*s->at == ')' && s->alone == 1);
    s->letters = s->letters || p.kind == LETTER;
    s->any = s->any || !is_blank(p.kind);
    s->before = p.kind;
    s->at += p.size;
}

bool gn_numbertext_read(const char *text, size_t size, char decimal,
                        struct gn_number *out)
{
    struct search s = {.at = text, .end = text + size, .before = BLANK};

    while (s.end > s.at && (s.end[-1] == ' ' || s.end[-1] == '\n'))
        s.end--;
    while (s.at < s.end && s.alone < 2) {
        const struct piece p = piece_at(s.at, s.end);

        if (begins(&s, p))
            take_number(&s);
        else
            pass(&s, p);
    }
    if (s.alone == 0 && s.glued == 1)
        return evaluate(&s.in_word, decimal, out);
    if (s.opened && s.closed && !s.letters)
        s.one.negative = true;
    return s.alone == 1 && evaluate(&s.one, decimal, out);
}

/* --- locales --------------------------------------------------------------*/

static char lower(char c)
{
    if (c == '-' || c == '_')
        return '_';
    if (c >= 'A' && c <= 'Z')
        return (char)(c | 32);
    return c;
}

char gn_numbertext_locale(const char *locale)
{
    /* by Unicode's CLDR; places that differ from their language come first */
    static const char points[] =
        " de_ch de_li it_ch es_mx es_us es_gt es_hn es_sv es_ni es_pa es_pe "
        "es_pr es_do es_cu en ja zh ko he th hi bn ta te ga cy mt ms fil c "
        "posix ";
    static const char commas[] =
        " en_za en_at en_be en_ch en_de en_dk en_fi en_nl en_se en_si de fr es "
        "it pt nl da sv nb nn no fi is pl cs sk sl hu ro bg el tr ru uk be sr "
        "hr bs mk sq et lv lt hy ka az kk uz vi id ca eu gl af ";
    const size_t language = strcspn(locale, "_-.@");
    const size_t all =
        language + (locale[language] == '_' || locale[language] == '-'
                        ? strcspn(locale + language, ".@")
                        : 0);
    char key[12] = " ";

    if (strcmp(locale, ".") == 0 || strcmp(locale, ",") == 0)
        return locale[0];
    for (size_t size = all < 8 ? all : language; size > 0;
         size = size > language ? language : 0) {
        if (size > 8)
            return '\0';
        for (size_t i = 0; i < size; i++)
            key[i + 1] = lower(locale[i]);
        key[size + 1] = ' ';
        key[size + 2] = '\0';
        if (strstr(points, key) != NULL)
            return '.';
        if (strstr(commas, key) != NULL)
            return ',';
    }
    return '\0';
}
