#include "cli/script.h"

#include <string.h>

/* Behind the end mark that is looked for from at on; size: there
 * is none. A quote that is doubled is met as the end of one text and the
 * beginning of the next, which comes to the same. */
static size_t behind(const char *text, size_t size, size_t at, const char *end)
{
    const size_t n = strlen(end);
    const char *found = at < size ? memmem(text + at, size - at, end, n) : NULL;

    return found != NULL ? (size_t)(found - text) + n : size;
}

/* Behind the text, quoted name, comment or byte that begins at at. */
static size_t pass(const char *text, size_t size, size_t at)
{
    static const struct {
        const char *begin;
        const char *end;
    } kinds[] = {{"'", "'"}, {"\"", "\""}, {"`", "`"},
                 {"[", "]"}, {"/*", "*/"}, {"--", "\n"}};

    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        const size_t n = strlen(kinds[i].begin);

        if (size - at >= n && memcmp(text + at, kinds[i].begin, n) == 0)
            return behind(text, size, at + n, kinds[i].end);
    }
    return at + 1;
}

size_t gn_script_statement(const char *text, size_t size)
{
    for (size_t at = 0; at < size; at = pass(text, size, at))
        if (text[at] == ';')
            return at + 1;
    return 0;
}

bool gn_script_is_blank(const char *text, size_t size)
{
    for (size_t at = 0; at < size;) {
        const bool comment =
            size - at >= 2 && (memcmp(text + at, "--", 2) == 0 ||
                               memcmp(text + at, "/*", 2) == 0);

        if (!comment && strchr(" \t\r\n\f;", text[at]) == NULL)
            return false;
        at = pass(text, size, at);
    }
    return true;
}

void gn_script_pass(struct gn_script_place *place, const char *text,
                    size_t size)
{
    for (size_t i = 0; i < size; i++) {
        if (text[i] == '\n')
            *place = (struct gn_script_place){place->line + 1, 1};
        else if ((text[i] & 0xc0) != 0x80) /* no later byte of a character */
            place->column++;
    }
}
