#include "cli/params.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"

struct name {
    const char *text;
    size_t size;
};

static bool same(struct name a, struct name b)
{
    return a.size == b.size && memcmp(a.text, b.text, a.size) == 0;
}

/* SQLite's identifier characters. */
static bool is_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           (c >= '0' && c <= '9') || c == '_' || c == '$' ||
           (unsigned char)c >= 0x80;
}

/* Past a quoted text or name that starts at sql; quotes in it are doubled,
 * which reads as two texts side by side. */
static const char *after_quoted(const char *sql)
{
    const char *end = strchr(sql + 1, *sql == '[' ? ']' : *sql);

    return end != NULL ? end + 1 : sql + strlen(sql);
}

static const char *after_comment(const char *sql)
{
    const char *end = sql[1] == '*' ? strstr(sql + 2, "*/") : strchr(sql, '\n');

    if (end == NULL)
        return sql + strlen(sql);
    return sql[1] == '*' ? end + 2 : end + 1;
}

/* The next parameter at or after *sql, its first character included; *sql is
 * moved past it. */
static bool next_name(const char **sql, struct name *found)
{
    const char *at = *sql;

    while (*at != '\0') {
        if (strchr("'\"`[", *at) != NULL) {
            at = after_quoted(at);
        } else if ((at[0] == '-' && at[1] == '-') ||
                   (at[0] == '/' && at[1] == '*')) {
            at = after_comment(at);
        } else if (*at == '?' ||
                   (strchr(":@$", *at) != NULL && is_word(at[1]))) {
            found->text = at++;
            while (is_word(*at))
                at++;
            found->size = (size_t)(at - found->text);
            *sql = at;
            return true;
        } else if (is_word(*at)) {
            while (is_word(*at)) /* a$b is one name */
                at++;
        } else {
            at++;
        }
    }
    return false;
}

struct garner_value gn_params_value(const char *text)
{
    char again[40];
    char *end;
    long long integer;
    double real;

    errno = 0;
    integer = strtoll(text, &end, 10);
    if (errno == 0 && end != text && *end == '\0') {
        snprintf(again, sizeof again, "%lld", integer);
        if (strcmp(again, text) == 0)
            return garner_integer(integer);
        return garner_text(text);
    }
    if (text[0] == '\0' || text[strspn(text, "0123456789.eE+-")] != '\0')
        return garner_text(text); /* keeps inf, nan and 0x10 out */
    errno = 0;
    real = strtod(text, &end);
    if (errno != 0 || end == text || *end != '\0' ||
        strspn(text, "0123456789-") == strlen(text))
        return garner_text(text);
    return garner_real(real);
}

static enum garner_code value_for(struct name name, const char *const *texts,
                                  size_t count, bool *taken,
                                  struct garner_value *value,
                                  struct garner_error *err)
{
    for (size_t i = 0; i < count; i++) {
        const struct name given = {texts[i], strcspn(texts[i], "=")};

        if (same(given, (struct name){name.text + 1, name.size - 1})) {
            *value = gn_params_value(texts[i] + given.size + 1);
            taken[i] = true;
            return GARNER_OK;
        }
    }
    return gn_fail(err, GARNER_INVALID,
                   "the SQL asks for %.*s: add -p %.*s=VALUE", (int)name.size,
                   name.text, (int)name.size - 1, name.text + 1);
}

static enum garner_code check_texts(const char *const *texts, size_t count,
                                    struct garner_error *err)
{
    if (count > GN_PARAMS_MAX)
        return gn_fail(err, GARNER_INVALID, "more than %d parameters",
                       GN_PARAMS_MAX);
    for (size_t i = 0; i < count; i++) {
        const size_t n = strcspn(texts[i], "=");

        if (n == 0 || texts[i][n] == '\0')
            return gn_fail(err, GARNER_INVALID,
                           "-p '%.60s': write it name=value", texts[i]);
    }
    return GARNER_OK;
}

enum garner_code gn_params_bind(const char *sql, const char *const *texts,
                                size_t count,
                                struct garner_value values[GN_PARAMS_MAX],
                                size_t *used, struct garner_error *err)
{
    struct name names[GN_PARAMS_MAX];
    bool taken[GN_PARAMS_MAX] = {false};
    enum garner_code code = check_texts(texts, count, err);
    struct name found;

    *used = 0;
    while (code == GARNER_OK && next_name(&sql, &found)) {
        size_t known = 0;

        if (found.text[0] == '?')
            return gn_fail(err, GARNER_INVALID,
                           "'?' in the SQL: name the parameter, :name, and "
                           "give -p name=VALUE");
        while (known < *used && !same(names[known], found))
            known++;
        if (known < *used) /* again: SQLite gives it the same place */
            continue;
        if (*used == GN_PARAMS_MAX)
            return gn_fail(err, GARNER_INVALID, "more than %d parameters",
                           GN_PARAMS_MAX);
        names[*used] = found;
        code = value_for(found, texts, count, taken, &values[*used], err);
        ++*used;
    }
    for (size_t i = 0; i < count && code == GARNER_OK; i++)
        if (!taken[i])
            return gn_fail(err, GARNER_INVALID,
                           "-p '%.60s': the SQL has no :%.*s", texts[i],
                           (int)strcspn(texts[i], "="), texts[i]);
    return code;
}
