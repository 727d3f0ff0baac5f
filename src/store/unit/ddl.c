#include "store/unit/ddl.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>

/* A word without quotes, or size 0: anything else. */
struct token {
    const char *word;
    size_t size;
};

/* What a name or a number may consist of; not isalnum, which asks the locale.
 */
static bool in_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           (c >= '0' && c <= '9') || c == '_' || c == '$' ||
           (unsigned char)c >= 0x80;
}

/* Behind the comment that s begins with, or s. */
static const char *skip_comment(const char *s)
{
    const char *end;

    if (s[0] == '-' && s[1] == '-')
        return s + strcspn(s, "\n");
    if (s[0] != '/' || s[1] != '*')
        return s;
    end = strstr(s + 2, "*/");
    return end != NULL ? end + 2 : s + strlen(s);
}

/* Behind the text in quotes that s begins with. A doubled quote in it makes two
 * texts of one, which is the same to us. */
static const char *skip_quoted(const char *s)
{
    const char *end = strchr(s + 1, *s == '[' ? ']' : *s);

    return end != NULL ? end + 1 : s + strlen(s);
}

/* The token after s; NULL: there is none. */
static const char *next(const char *s, struct token *t)
{
    const char *from;

    do {
        from = s;
        s = skip_comment(s + strspn(s, " \t\n\f\r"));
    } while (s != from);
    *t = (struct token){s, 0};
    if (*s == '\0')
        return NULL;
    if (strchr("'\"`[", *s) != NULL)
        return skip_quoted(s);
    while (in_word(s[t->size]))
        t->size++;
    return t->size > 0 ? s + t->size : s + 1;
}

static bool is(const struct token *t, const char *word)
{
    return t->size == strlen(word) && strncasecmp(t->word, word, t->size) == 0;
}

/* What follows DEFERRABLE. */
static enum gn_deferral initially(const char *s)
{
    struct token t;

    s = next(s, &t);
    if (s == NULL || !is(&t, "initially"))
        return GN_DEFERRABLE;
    s = next(s, &t);
    return s != NULL && is(&t, "deferred") ? GN_DEFERRED : GN_DEFERRABLE;
}

/* REFERENCES and DEFERRABLE are reserved, so as words without quotes they mean
 * nothing else; and a DEFERRABLE belongs to the last foreign key before it,
 * whatever stands between. */
size_t gn_unit_ddl_deferrals(const char *sql, enum gn_deferral *deferrals,
                             size_t room)
{
    bool negated = false;
    size_t count = 0;
    struct token t;

    while ((sql = next(sql, &t)) != NULL) {
        if (is(&t, "references")) {
            if (count++ < room)
                deferrals[count - 1] = GN_NOT_DEFERRABLE;
        } else if (is(&t, "deferrable") && count > 0 && count <= room) {
            deferrals[count - 1] = negated ? GN_NOT_DEFERRABLE : initially(sql);
        }
        negated = is(&t, "not");
    }
    return count;
}
