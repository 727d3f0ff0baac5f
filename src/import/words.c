#include "import/words.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/error.h"

enum { MOST_WORDS = 10000 };

/* A text being parted. */
struct cut {
    const char *at;
    const char *end;
    struct gn_buf word;
    bool any; /* the word has begun, perhaps with nothing in it: '' */
};

static char next(struct cut *c)
{
    char byte = '\0';

    if (c->at < c->end)
        byte = *c->at++;
    return byte;
}

static void add(struct cut *c, char byte)
{
    gn_buf_byte(&c->word, byte);
}

/* In UTF-8 (RFC 3629 section 3). */
static void add_character(struct cut *c, unsigned long code)
{
    if (code < 0x80) {
        add(c, (char)code);
        return;
    }
    if (code < 0x800) {
        add(c, (char)(0xc0 | code >> 6));
    } else if (code < 0x10000) {
        add(c, (char)(0xe0 | code >> 12));
        add(c, (char)(0x80 | (code >> 6 & 0x3f)));
    } else {
        add(c, (char)(0xf0 | (code >> 18 & 0x07)));
        add(c, (char)(0x80 | (code >> 12 & 0x3f)));
        add(c, (char)(0x80 | (code >> 6 & 0x3f)));
    }
    add(c, (char)(0x80 | (code & 0x3f)));
}

/* \xHH, \uHHHH, \NNN and the letters, as bash has them in $'...'. */
static void escape(struct cut *c)
{
    static const char letters[] = "abefnrtv";
    static const char bytes[] = "\a\b\033\f\n\r\t\v";
    const char letter = next(c);
    const char *known = letter != '\0' ? strchr(letters, letter) : NULL;
    char digits[9] = "";
    size_t most = letter == 'x' ? 2 : letter == 'u' ? 4 : letter == 'U' ? 8 : 3;
    const bool octal = letter >= '0' && letter <= '7';
    size_t n = 0;
    unsigned long number;

    if (known != NULL) {
        add(c, bytes[known - letters]);
        return;
    }
    if (!octal && letter != 'x' && letter != 'u' && letter != 'U') {
        add(c, letter);
        return;
    }
    if (octal)
        c->at--;
    while (n < most && c->at < c->end &&
           strchr(octal ? "01234567" : "0123456789abcdefABCDEF", *c->at) !=
               NULL)
        digits[n++] = next(c);
    number = strtoul(digits, NULL, octal ? 8 : 16);
    if (number == 0)
        return;
    if (octal || letter == 'x')
        add(c, (char)number);
    else
        add_character(c, number);
}

/* Up to the end of what the quote began. false: there is none. */
static bool quoted(struct cut *c, char quote, bool ansi)
{
    while (c->at < c->end) {
        char byte = next(c);

        if (byte == quote)
            return true;
        if (byte == '\\' && ansi) {
            escape(c);
        } else if (byte == '\\' && quote == '"' && c->at < c->end &&
                   strchr("$`\"\\\n", *c->at) != NULL) {
            byte = next(c);
            if (byte != '\n')
                add(c, byte);
        } else {
            add(c, byte);
        }
    }
    return false;
}

static bool skip_blanks(struct cut *c)
{
    while (c->at < c->end) {
        const size_t left = (size_t)(c->end - c->at);

        if (*c->at == ' ' || *c->at == '\t' || *c->at == '\r')
            c->at++;
        else if (left >= 2 && c->at[0] == '\\' && c->at[1] == '\n')
            c->at += 2;
        else if (left >= 3 && memcmp(c->at, "\\\r\n", 3) == 0)
            c->at += 3;
        else
            return true;
    }
    return false;
}

static enum garner_code unended(char quote, struct garner_error *err)
{
    return gn_fail(err, GARNER_INVALID,
                   "a %c has no end; copy the whole command", quote);
}

/* The next word into c->word; c->any: there is one. */
static enum garner_code one_word(struct cut *c, struct garner_error *err)
{
    gn_buf_clear(&c->word);
    c->any = false;
    if (!skip_blanks(c))
        return GARNER_OK;
    while (c->at < c->end && strchr(" \t\r\n|;&<>", *c->at) == NULL) {
        const char byte = next(c);

        c->any = true;
        if (byte == '\'' || byte == '"') {
            if (!quoted(c, byte, false))
                return unended(byte, err);
        } else if (byte == '$' && c->at < c->end && *c->at == '\'') {
            c->at++;
            if (!quoted(c, '\'', true))
                return unended('\'', err);
        } else if (byte == '\\') {
            const char escaped = next(c);

            if (escaped != '\n' && escaped != '\0')
                add(c, escaped);
        } else {
            add(c, byte);
        }
    }
    return GARNER_OK;
}

/* What follows the last word is blank lines alone. */
static enum garner_code check_rest(struct cut *c, struct garner_error *err)
{
    while (c->at < c->end && strchr(" \t\r\n;", *c->at) != NULL)
        c->at++;
    if (c->at == c->end)
        return GARNER_OK;
    return gn_fail(
        err, GARNER_INVALID,
        "there is more than one command, from \"%.*s\" on; give one "
        "at a time, without pipes",
        (int)strcspn(c->at, "\n") < 40 ? (int)strcspn(c->at, "\n") : 40, c->at);
}

enum garner_code gn_words_part(const char *text, size_t size,
                               struct gn_arena *memory, char ***words,
                               size_t *count, struct garner_error *err)
{
    struct cut c = {.at = text, .end = text + size};
    char **list = gn_arena_zeroed(memory, MOST_WORDS * sizeof *list);
    size_t n = 0;
    enum garner_code code =
        list != NULL ? GARNER_OK : gn_fail(err, GARNER_NOMEM, "out of memory");

    while (c.at < c.end && strchr(" \t\r\n", *c.at) != NULL)
        c.at++;
    while (code == GARNER_OK) {
        code = one_word(&c, err);
        if (code != GARNER_OK || !c.any)
            break;
        list[n] = gn_arena_copy(memory, gn_buf_cstr(&c.word), c.word.size);
        if (list[n] == NULL || gn_buf_failed(&c.word))
            code = gn_fail(err, GARNER_NOMEM, "out of memory");
        else if (++n == MOST_WORDS)
            code = gn_fail(err, GARNER_INVALID, "it has %d words", MOST_WORDS);
    }
    if (code == GARNER_OK)
        code = check_rest(&c, err);
    gn_buf_fini(&c.word);
    *words = list;
    *count = n;
    return code;
}
