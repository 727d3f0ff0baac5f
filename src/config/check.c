#include "config/check.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "base/error.h"
#include "base/mem.h"
#include "base/url.h"
#include "base/utf8.h"
#include "config/config.h"
#include "config/template.h"
#include "fetch/target.h"

/* UTF-8 without control characters. */
static bool is_printable(const char *text)
{
    const size_t size = strlen(text);

    for (size_t i = 0, n; i < size; i += n) {
        n = gn_utf8_length(text + i, size - i);
        if (n == 0 || (unsigned char)text[i] < ' ' || text[i] == 0x7f)
            return false;
    }
    return true;
}

static bool is_token(const char *text)
{
    static const char marks[] = "!#$%&'*+-.^_`|~";

    for (const char *p = text; *p != '\0'; p++)
        if (!((*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z') ||
              (*p >= '0' && *p <= '9') || strchr(marks, *p) != NULL))
            return false;
    return text[0] != '\0';
}

enum garner_code gn_check_name(const char *name, struct garner_error *err)
{
    if (name[0] == '\0' || strlen(name) > GN_CHECK_NAME_MAX ||
        !is_printable(name))
        return gn_fail(err, GARNER_INVALID,
                       "a source's name must be 1 to %d bytes of printable "
                       "text; \"%.40s\" is not",
                       GN_CHECK_NAME_MAX, name);
    return GARNER_OK;
}

enum garner_code gn_check_method(const char *method, struct garner_error *err)
{
    if (!is_token(method) || strlen(method) > 32)
        return gn_fail(err, GARNER_INVALID,
                       "method \"%.40s\" is no HTTP method; write one like "
                       "GET, POST, HEAD",
                       method);
    return GARNER_OK;
}

enum garner_code gn_check_line(const char *text, struct garner_error *err)
{
    for (const char *p = text; *p != '\0'; p++)
        if (((unsigned char)*p < ' ' && *p != '\t') || *p == 0x7f)
            return gn_fail(err, GARNER_INVALID,
                           "a header's value must be one line, without "
                           "control characters");
    return GARNER_OK;
}

enum garner_code gn_check_header(const char *name, const char *value,
                                 struct garner_error *err)
{
    enum garner_code code = gn_check_line(value, err);

    if (!is_token(name))
        return gn_fail(err, GARNER_INVALID,
                       "\"%.40s\" is no header name; write one like Accept, "
                       "without colon or spaces",
                       name);
    if (code == GARNER_OK && value[strspn(value, " \t")] == '\0')
        return gn_fail(err, GARNER_INVALID,
                       "header %.40s has no value; write one, or remove it",
                       name);
    return code;
}

enum garner_code gn_check_var(const char *name, struct garner_error *err)
{
    const size_t size = gn_template_name(name);

    if (size == 0 || name[size] != '\0')
        return gn_fail(err, GARNER_INVALID,
                       "\"%.40s\" cannot name a variable; use letters, digits "
                       "and _, beginning with a letter",
                       name);
    if (gn_config_is_parameter(name))
        return gn_fail(err, GARNER_INVALID,
                       "a variable cannot be named %s: :%s is garner's own in "
                       "the SQL; choose another name",
                       name, name);
    return GARNER_OK;
}

enum garner_code gn_check_table(const char *name, struct garner_error *err)
{
    if (name[0] == '\0' || !is_printable(name))
        return gn_fail(err, GARNER_INVALID,
                       "\"%.40s\" cannot name a table; use printable text",
                       name);
    if (strncasecmp(name, "garner_", 7) == 0 ||
        strncasecmp(name, "sqlite_", 7) == 0)
        return gn_fail(err, GARNER_INVALID,
                       "table %.60s: names that begin with %.7s are kept for "
                       "%.6s's own; choose another",
                       name, name, name);
    return GARNER_OK;
}

enum garner_code gn_check_column(const char *name, struct garner_error *err)
{
    if (name[0] == '\0' || !is_printable(name))
        return gn_fail(err, GARNER_INVALID,
                       "\"%.40s\" cannot name a column; use printable text",
                       name);
    return GARNER_OK;
}

/* Words that end a type, for SQLite, and begin a rule about the column. */
static bool is_rule(const char *word, size_t size)
{
    static const char *const rules[] = {
        "not",     "null", "default",    "primary",    "unique",   "check",
        "collate", "as",   "references", "constraint", "generated"};

    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++)
        if (strlen(rules[i]) == size && strncasecmp(rules[i], word, size) == 0)
            return true;
    return false;
}

/* Words, and perhaps one or two numbers in parentheses behind them. */
static bool is_type(const char *text)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz"
                                  "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    static const char digits[] = "0123456789";
    size_t at = 0;

    for (size_t word; (word = strspn(text + at, letters)) > 0;) {
        if (is_rule(text + at, word))
            return false;
        at += word;
        if (text[at] == ' ' && strspn(text + at + 1, letters) > 0)
            at++;
    }
    at += text[at] == ' ' && text[at + 1] == '(';
    if (at == 0 || text[at] != '(')
        return at > 0 && text[at] == '\0';
    for (int numbers = 0; numbers < 2; numbers++) {
        const size_t size = strspn(text + ++at, digits);

        at += size;
        if (size == 0 || size > 9 || text[at] == ')')
            return size > 0 && size <= 9 && text[at + 1] == '\0';
        if (text[at] != ',')
            return false;
        at += text[at + 1] == ' ';
    }
    return false;
}

enum garner_code gn_check_type(const char *type, struct garner_error *err)
{
    if (strlen(type) > 60 || !is_type(type))
        return gn_fail(err, GARNER_INVALID,
                       "\"%.40s\" is no type of a column; write one like "
                       "integer, text, date or numeric(12,6)",
                       type);
    return GARNER_OK;
}

enum garner_code gn_check_rows(const struct gn_rows_spec *rows,
                               struct garner_error *err)
{
    if (rows->key_count > 0 || rows->conflict == GN_CONFLICT_UPDATE ||
        rows->conflict == GN_CONFLICT_WHOLE)
        return GARNER_OK;
    return gn_fail(err, GARNER_INVALID,
                   "conflict needs a key, by which rows are known again; name "
                   "its columns");
}

enum garner_code gn_check_parent(const struct gn_rows_spec *rows,
                                 const struct gn_rows_spec *parent,
                                 struct garner_error *err)
{
    if (rows->conflict != GN_CONFLICT_UPDATE ||
        parent->conflict != GN_CONFLICT_UPDATE)
        return gn_fail(err, GARNER_INVALID,
                       "parent goes with conflict: update alone, here and in "
                       "table %.60s; remove one of them",
                       parent->table);
    if (parent->key_count == 0)
        return gn_fail(err, GARNER_INVALID,
                       "table %.60s is a parent and has no key; name its "
                       "columns",
                       parent->table);
    for (size_t i = 0; i < parent->key_count; i++) {
        size_t k = 0;

        while (k < rows->key_count && k < parent->key_count &&
               strcasecmp(rows->key[k], parent->key[i]) != 0)
            k++;
        if (k == rows->key_count || k == parent->key_count)
            return gn_fail(err, GARNER_INVALID,
                           "the key of table %.60s must begin with that of its "
                           "parent, and has no %.60s there",
                           rows->table, parent->key[i]);
    }
    return GARNER_OK;
}

enum garner_code gn_check_request(const struct gn_request *request,
                                  struct garner_error *err)
{
    struct gn_target *target;
    const enum garner_code code = gn_target_new(request, &target, err);

    gn_target_free(target);
    return code;
}

enum garner_code gn_check_blame(const char *url, enum garner_code code,
                                const struct garner_error *why,
                                struct garner_error *err)
{
    char *shown;

    if (url[0] == '\0')
        return gn_fail(err, code, "%s", why->message);
    shown = gn_url_redact(url);
    code = gn_fail(err, code, "%.100s: %s", shown != NULL ? shown : "URL",
                   why->message);
    gn_free(shown);
    return code;
}
