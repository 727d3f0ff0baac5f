#include "config/template.h"

#include <string.h>

#include "base/buf.h"
#include "base/error.h"
#include "config/suggest.h"

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

size_t gn_template_name(const char *text)
{
    size_t size = 0;

    while (is_letter(text[size]) || (size > 0 && is_digit(text[size])))
        size++;
    return size;
}

bool gn_template_uses(const char *text, const char *name)
{
    const size_t size = strlen(name);

    while ((text = strchr(text, '{')) != NULL) {
        text++;
        if (strncmp(text, name, size) == 0 && text[size] == '}')
            return true;
    }
    return false;
}

/* All but the unreserved characters of RFC 3986 section 2.3 as %XX. */
static void encode(struct gn_buf *out, const char *value)
{
    for (const char *p = value; *p != '\0'; p++)
        if (is_letter(*p) || is_digit(*p) || strchr("-.~", *p) != NULL)
            gn_buf_byte(out, *p);
        else
            gn_buf_printf(out, "%%%02X", (unsigned char)*p);
}

static const char *var_name(const void *list, size_t i)
{
    return ((const struct gn_var *)list)[i].name;
}

static enum garner_code add_value(const char *name, size_t size,
                                  const struct gn_var *vars, size_t var_count,
                                  struct gn_buf *out, struct garner_error *err)
{
    char text[64];
    const char *meant;
    const size_t shown = size < sizeof text ? size : sizeof text - 1;

    for (size_t i = 0; i < var_count; i++)
        if (strncmp(vars[i].name, name, size) == 0 &&
            vars[i].name[size] == '\0') {
            encode(out, vars[i].value);
            return GARNER_OK;
        }
    memcpy(text, name, shown);
    text[shown] = '\0';
    meant = gn_suggest(text, var_name, vars, var_count);
    return gn_fail(err, GARNER_INVALID,
                   "the URL has {%s}, which is no variable; %s%s%s", text,
                   meant != NULL ? "did you mean {"
                                 : "give it a value (vars, or -p NAME=VALUE)",
                   meant != NULL ? meant : "", meant != NULL ? "}?" : "");
}

static enum garner_code fill(const char *p, const struct gn_var *vars,
                             size_t var_count, struct gn_buf *out,
                             struct garner_error *err)
{
    enum garner_code code = GARNER_OK;

    while (code == GARNER_OK && *p != '\0') {
        const char *brace = strchr(p, '{');
        const size_t size = brace != NULL ? gn_template_name(brace + 1) : 0;

        if (brace == NULL) {
            gn_buf_text(out, p);
            return GARNER_OK;
        }
        gn_buf_append(out, p, (size_t)(brace - p));
        if (size > 0 && brace[1 + size] == '}') {
            code = add_value(brace + 1, size, vars, var_count, out, err);
            p = brace + size + 2;
        } else {
            gn_buf_byte(out, '{');
            p = brace + 1;
        }
    }
    return code;
}

enum garner_code gn_template_fill(const char *text, const struct gn_var *vars,
                                  size_t var_count, struct gn_arena *memory,
                                  const char **out, struct garner_error *err)
{
    struct gn_buf whole = {0};
    enum garner_code code;

    *out = text;
    if (strchr(text, '{') == NULL)
        return GARNER_OK;
    code = fill(text, vars, var_count, &whole, err);
    if (code == GARNER_OK) {
        *out = gn_buf_failed(&whole)
                   ? NULL
                   : gn_arena_text(memory, gn_buf_cstr(&whole));
        if (*out == NULL)
            code = gn_fail(err, GARNER_NOMEM, "out of memory");
    }
    gn_buf_fini(&whole);
    return code;
}
