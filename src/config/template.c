#include "config/template.h"

#include <string.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/json.h"
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

/* NULL: there is no such variable. */
static const struct gn_var *find(const char *name, size_t size,
                                 const struct gn_var *vars, size_t var_count)
{
    for (size_t i = 0; i < var_count; i++)
        if (strncmp(vars[i].name, name, size) == 0 &&
            vars[i].name[size] == '\0')
            return &vars[i];
    return NULL;
}

/* A text, and what in it is not to be looked at. */
struct written {
    const char *text;
    const struct gn_secret *secrets;
};

/* Whether any of the size bytes at p came from a secret, or is around one. */
static bool is_secret(const struct written *w, const char *p, size_t size)
{
    const size_t from = (size_t)(p - w->text);

    for (const struct gn_secret *s = w->secrets; s != NULL; s = s->next)
        if (s->at < from + size && s->at + strlen(s->value) > from)
            return true;
    return false;
}

/* The next of {name}, from p on; NULL: there is none. *size: of the name. */
static const char *next_name(const struct written *w, const char *p,
                             const char *end, size_t *size)
{
    for (; (p = memchr(p, '{', (size_t)(end - p))) != NULL; p++) {
        *size = gn_template_name(p + 1);
        if (*size > 0 && (size_t)(end - p) > *size + 1 && p[1 + *size] == '}' &&
            !is_secret(w, p, *size + 2))
            return p;
    }
    return NULL;
}

/* Puts what was made into *out. */
static bool finish(struct gn_buf *whole, struct gn_arena *memory,
                   const char **out)
{
    *out =
        gn_buf_failed(whole) ? NULL : gn_arena_text(memory, gn_buf_cstr(whole));
    gn_buf_fini(whole);
    return *out != NULL;
}

/* --- a URL ---------------------------------------------------------------- */

static enum garner_code unknown(const char *name, size_t size,
                                const struct gn_var *vars, size_t var_count,
                                struct garner_error *err)
{
    char text[64];
    const char *meant;
    const size_t shown = size < sizeof text ? size : sizeof text - 1;

    memcpy(text, name, shown);
    text[shown] = '\0';
    meant = gn_suggest(text, var_name, vars, var_count);
    return gn_fail(err, GARNER_INVALID,
                   "the URL has {%s}, which is no variable; %s%s%s", text,
                   meant != NULL ? "did you mean {"
                                 : "give it a value (vars, or -p NAME=VALUE)",
                   meant != NULL ? meant : "", meant != NULL ? "}?" : "");
}

enum garner_code gn_template_fill(const char *text,
                                  const struct gn_secret *secrets,
                                  const struct gn_var *vars, size_t var_count,
                                  struct gn_arena *memory, const char **out,
                                  struct garner_error *err)
{
    const struct written w = {text, secrets};
    const char *end = text + strlen(text);
    struct gn_buf whole = {0};
    const char *p = text;
    const char *brace;
    size_t size;

    *out = text;
    while ((brace = next_name(&w, p, end, &size)) != NULL) {
        const struct gn_var *var = find(brace + 1, size, vars, var_count);

        if (var == NULL) {
            gn_buf_fini(&whole);
            return unknown(brace + 1, size, vars, var_count, err);
        }
        gn_buf_append(&whole, p, (size_t)(brace - p));
        encode(&whole, var->value);
        p = brace + size + 2;
    }
    if (p == text)
        return GARNER_OK;
    gn_buf_text(&whole, p);
    return finish(&whole, memory, out)
               ? GARNER_OK
               : gn_fail(err, GARNER_NOMEM, "out of memory");
}

/* --- what else is sent ---------------------------------------------------- */

static void add_text(struct gn_buf *out, const char *value)
{
    gn_buf_text(out, value);
}

/* Without the quotes. */
static void add_escaped(struct gn_buf *out, const char *value)
{
    struct gn_buf quoted = {0};
    struct gn_json j;

    gn_json_init(&j, &quoted);
    gn_json_text(&j, value);
    if (gn_buf_failed(&quoted))
        out->failed = true;
    else
        gn_buf_append(out, quoted.data + 1, quoted.size - 2);
    gn_buf_fini(&quoted);
}

/* What is filled in, and how. */
struct filling {
    struct written whole;
    const struct gn_var *vars;
    size_t var_count;
    void (*add)(struct gn_buf *out, const char *value);
    struct gn_buf *out;
};

static void fill(const struct filling *f, const char *p, const char *end)
{
    const char *brace;
    size_t size;

    for (const char *from = p;
         (brace = next_name(&f->whole, from, end, &size)) != NULL;) {
        const struct gn_var *var = find(brace + 1, size, f->vars, f->var_count);

        from = brace + size + 2;
        if (var == NULL)
            continue;
        gn_buf_append(f->out, p, (size_t)(brace - p));
        f->add(f->out, var->value);
        p = from;
    }
    gn_buf_append(f->out, p, (size_t)(end - p));
}

static bool uses_any(const char *text, const struct gn_var *vars,
                     size_t var_count)
{
    for (size_t i = 0; i < var_count; i++)
        if (gn_template_uses(text, vars[i].name))
            return true;
    return false;
}

const char *gn_template_fill_text(const char *text,
                                  const struct gn_secret *secrets,
                                  const struct gn_var *vars, size_t var_count,
                                  struct gn_arena *memory)
{
    struct gn_buf whole = {0};
    const char *out = text;

    if (!uses_any(text, vars, var_count))
        return text;
    fill(&(struct filling){{text, secrets}, vars, var_count, add_text, &whole},
         text, text + strlen(text));
    (void)finish(&whole, memory, &out);
    return out;
}

/* Where the string ends that begins at p, after its quote. */
static const char *string_end(const char *p)
{
    for (; *p != '"' && *p != '\0'; p++)
        if (*p == '\\' && p[1] != '\0')
            p++;
    return p;
}

const char *gn_template_fill_json(const char *text,
                                  const struct gn_secret *secrets,
                                  const struct gn_var *vars, size_t var_count,
                                  struct gn_arena *memory)
{
    struct gn_buf whole = {0};
    const struct filling f = {
        {text, secrets}, vars, var_count, add_escaped, &whole};
    const char *out = text;
    const char *quote;

    if (!uses_any(text, vars, var_count))
        return text;
    while ((quote = strchr(text, '"')) != NULL) {
        const char *end = string_end(quote + 1);
        const char *after = end + (*end == '"');

        after += strspn(after, " \t\r\n");
        gn_buf_append(&whole, text, (size_t)(quote + 1 - text));
        if (*after == ':')
            gn_buf_append(&whole, quote + 1, (size_t)(end - quote - 1));
        else
            fill(&f, quote + 1, end);
        gn_buf_append(&whole, end, (size_t)(after - end));
        text = after;
    }
    gn_buf_text(&whole, text);
    (void)finish(&whole, memory, &out);
    return out;
}
