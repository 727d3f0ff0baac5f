#include "extract/sqlscan.h"

#include <string.h>
#include <strings.h>

static bool is_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           (c >= '0' && c <= '9') || c == '_' || c == '$' ||
           (unsigned char)c >= 0x80;
}

const char *gn_sqlscan_skip(const char *at, bool ends)
{
    const char *end;

    for (;;) {
        at += strspn(at, ends ? " \t\r\n\f;" : " \t\r\n\f");
        if (at[0] == '-' && at[1] == '-') {
            at += strcspn(at, "\n");
        } else if (at[0] == '/' && at[1] == '*') {
            end = strstr(at + 2, "*/");
            at = end != NULL ? end + 2 : at + strlen(at);
        } else {
            return at;
        }
    }
}

/* Behind what is in quotes, which may be doubled in it. */
static const char *skip_quoted(const char *at, char quote)
{
    for (at++; *at != '\0'; at++)
        if (*at == quote && *++at != quote)
            return at;
    return at;
}

static const char *end_of(const char *at, enum gn_sql_kind *kind)
{
    const char first = *at;

    *kind = GN_SQL_WORD;
    if (first == '\'') {
        *kind = GN_SQL_STRING;
        return skip_quoted(at, first);
    }
    if (first == '"' || first == '`')
        return skip_quoted(at, first);
    if (is_word(first) || ((first == ':' || first == '@') && is_word(at[1]))) {
        do
            at++;
        while (is_word(*at));
        return at;
    }
    *kind = GN_SQL_SIGN;
    if (first != '-' || at[1] != '>')
        return at + 1;
    return at + (at[2] == '>' ? 3 : 2);
}

bool gn_sqlscan_next(const char **at, struct gn_sql_token *token)
{
    token->text = gn_sqlscan_skip(*at, false);
    if (*token->text == '\0')
        return false;
    *at = end_of(token->text, &token->kind);
    token->size = (size_t)(*at - token->text);
    return true;
}

bool gn_sqlscan_is(const struct gn_sql_token *token, const char *text)
{
    return token->size == strlen(text) &&
           strncasecmp(token->text, text, token->size) == 0;
}

/* Keeps which call the next token is in. */
static void follow(struct gn_sqlscan *s, const struct gn_sql_token *token)
{
    if (gn_sqlscan_is(token, "(")) {
        if (s->depth < GN_SQLSCAN_DEPTH) {
            s->calls[s->depth].place = 0;
            s->calls[s->depth].function = s->before;
            if (s->before.kind != GN_SQL_WORD)
                s->calls[s->depth].function.size = 0;
        }
        s->depth++;
    } else if (gn_sqlscan_is(token, ")")) {
        s->depth -= s->depth > 0;
    } else if (gn_sqlscan_is(token, ",") && s->depth > 0 &&
               s->depth <= GN_SQLSCAN_DEPTH) {
        s->calls[s->depth - 1].place++;
    }
}

/* Whether token, which is the next, is an argument as a whole. */
static bool is_argument(const struct gn_sqlscan *s,
                        const struct gn_sql_token *token)
{
    const char *at = s->at;
    struct gn_sql_token after;

    return token->kind == GN_SQL_STRING && s->depth > 0 &&
           s->depth <= GN_SQLSCAN_DEPTH &&
           s->calls[s->depth - 1].function.size > 0 &&
           (gn_sqlscan_is(&s->before, "(") || gn_sqlscan_is(&s->before, ",")) &&
           gn_sqlscan_next(&at, &after) &&
           (gn_sqlscan_is(&after, ")") || gn_sqlscan_is(&after, ","));
}

bool gn_sqlscan_constant(struct gn_sqlscan *s, struct gn_sql_token *function,
                         int *place, struct gn_sql_token *string)
{
    struct gn_sql_token token;
    bool found = false;

    while (!found && gn_sqlscan_next(&s->at, &token)) {
        found = is_argument(s, &token);
        if (found) {
            *function = s->calls[s->depth - 1].function;
            *place = s->calls[s->depth - 1].place;
            *string = token;
        }
        follow(s, &token);
        s->before = token;
    }
    return found;
}
