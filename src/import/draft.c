#include "import/draft.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { NAME = 100 };

void gn_draft_init(struct gn_draft *d, const char *path)
{
    *d = (struct gn_draft){.path = path};
    d->out = &d->text;
}

void gn_draft_fini(struct gn_draft *d)
{
    gn_buf_fini(&d->head);
    gn_buf_fini(&d->text);
    gn_buf_fini(&d->notes);
    gn_buf_fini(&d->names);
}

bool gn_draft_failed(const struct gn_draft *d)
{
    return gn_buf_failed(&d->head) || gn_buf_failed(&d->text) ||
           gn_buf_failed(&d->notes) || gn_buf_failed(&d->names);
}

/* --- scalars -------------------------------------------------------------- */

/* Without quotes: a word that YAML cannot take for anything else. */
static bool is_plain(const char *text)
{
    static const char inside[] = "abcdefghijklmnopqrstuvwxyz"
                                 "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./-";

    return text[0] != '\0' && text[0] != '-' &&
           text[strspn(text, inside)] == '\0';
}

static void quote(struct gn_buf *out, const char *text, bool secrets)
{
    gn_buf_byte(out, '"');
    for (const char *c = text; *c != '\0'; c++) {
        const unsigned char byte = (unsigned char)*c;

        if (byte == '"' || byte == '\\')
            gn_buf_printf(out, "\\%c", byte);
        else if (byte == '\n')
            gn_buf_text(out, "\\n");
        else if (byte < 0x20 || byte == 0x7f)
            gn_buf_printf(out, "\\x%02x", byte);
        else if (secrets && byte == '$' && c[1] == '{')
            gn_buf_text(out, "$$");
        else
            gn_buf_byte(out, *c);
    }
    gn_buf_byte(out, '"');
}

static void scalar(struct gn_buf *out, const char *text, bool secrets)
{
    if (is_plain(text))
        gn_buf_text(out, text);
    else
        quote(out, text, secrets);
}

static void begin(struct gn_draft *d, int depth, const char *key)
{
    for (int i = 0; i < depth; i++)
        gn_buf_text(d->out, "  ");
    scalar(d->out, key, false);
    gn_buf_byte(d->out, ':');
}

/* --- lines ---------------------------------------------------------------- */

void gn_draft_text(struct gn_draft *d, int depth, const char *key,
                   const char *value)
{
    begin(d, depth, key);
    gn_buf_byte(d->out, ' ');
    scalar(d->out, value, true);
    gn_buf_byte(d->out, '\n');
}

void gn_draft_url(struct gn_draft *d, int depth, const char *key,
                  const char *url)
{
    struct gn_buf text = {0};

    for (const char *c = url; *c != '\0'; c++)
        if (*c == '{' || *c == '}')
            gn_buf_text(&text, *c == '{' ? "%7B" : "%7D");
        else
            gn_buf_byte(&text, *c);
    gn_draft_text(d, depth, key, gn_buf_cstr(&text));
    d->out->failed = d->out->failed || gn_buf_failed(&text);
    gn_buf_fini(&text);
}

void gn_draft_plain(struct gn_draft *d, int depth, const char *key,
                    const char *value)
{
    begin(d, depth, key);
    gn_buf_printf(d->out, " %s\n", value);
}

void gn_draft_open(struct gn_draft *d, int depth, const char *key)
{
    begin(d, depth, key);
    gn_buf_byte(d->out, '\n');
}

void gn_draft_list(struct gn_draft *d, int depth, const char *key,
                   const char *const *values, size_t count)
{
    begin(d, depth, key);
    gn_buf_text(d->out, " [");
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            gn_buf_text(d->out, ", ");
        quote(d->out, values[i], true);
    }
    gn_buf_text(d->out, "]\n");
}

void gn_draft_block(struct gn_draft *d, int depth, const char *key,
                    const char *lines)
{
    begin(d, depth, key);
    gn_buf_text(d->out, " |\n");
    while (*lines != '\0') {
        const size_t size = strcspn(lines, "\n");

        for (int i = 0; i <= depth; i++)
            gn_buf_text(d->out, "  ");
        gn_buf_append(d->out, lines, size);
        gn_buf_byte(d->out, '\n');
        lines += size + (lines[size] == '\n');
    }
}

/* --- sources -------------------------------------------------------------- */

static bool is_taken(const struct gn_draft *d, const char *name)
{
    for (size_t at = 0; at < d->names.size;
         at += strlen(d->names.data + at) + 1)
        if (strcmp(d->names.data + at, name) == 0)
            return true;
    return false;
}

/* One line of printable text, cut between characters. */
static void clean(const char *wanted, char name[NAME])
{
    size_t n = 0;

    for (; *wanted != '\0' && n + 1 < NAME; wanted++)
        if ((unsigned char)*wanted > ' ' && *wanted != 0x7f)
            name[n++] = *wanted;
        else if (n > 0 && name[n - 1] != ' ')
            name[n++] = ' ';
    if (*wanted != '\0')
        while (n > 0 && ((unsigned char)*wanted & 0xc0) == 0x80)
            wanted--, n--;
    while (n > 0 && name[n - 1] == ' ')
        n--;
    name[n] = '\0';
}

/* Those of variables: a name is no pattern. */
static void drop_braces(char *name)
{
    size_t n = 0;

    for (const char *c = name; *c != '\0'; c++)
        if (*c != '{' && *c != '}')
            name[n++] = *c;
    name[n] = '\0';
}

/* Its host and path: a name is shown everywhere, so it has no password. */
static void name_by_url(const char *url, char name[NAME])
{
    const char *from = strstr(url, "://");
    const char *path;

    from = from != NULL ? from + 3 : url;
    path = from + strcspn(from, "/?#");
    for (const char *c = from; c < path; c++)
        if (*c == '@')
            from = c + 1;
    if (strncmp(from, "www.", 4) == 0)
        from += 4;
    clean(from, name);
    drop_braces(name);
    name[strcspn(name, "?#")] = '\0';
    while (strlen(name) > 1 && name[strlen(name) - 1] == '/')
        name[strlen(name) - 1] = '\0';
}

/* Begins a source, without its URL. */
static void begin_source(struct gn_draft *d, const char *wanted,
                         const char *url)
{
    char name[NAME] = "";
    char unique[NAME + 24];

    if (wanted != NULL)
        clean(wanted, name);
    if (name[0] == '\0')
        name_by_url(url, name);
    if (name[0] == '\0')
        snprintf(name, sizeof name, "source");
    snprintf(unique, sizeof unique, "%s", name);
    for (unsigned long n = 2; is_taken(d, unique); n++)
        snprintf(unique, sizeof unique, "%s %lu", name, n);
    gn_buf_append(&d->names, unique, strlen(unique) + 1);
    d->out = &d->text;
    d->sources++;
    gn_buf_byte(d->out, '\n');
    begin(d, 1, unique);
    gn_buf_byte(d->out, '\n');
}

void gn_draft_source(struct gn_draft *d, const char *wanted, const char *url)
{
    begin_source(d, wanted, url);
    gn_draft_url(d, 2, "url", url);
}

void gn_draft_template(struct gn_draft *d, const char *url)
{
    begin_source(d, NULL, url);
    gn_draft_text(d, 2, "url", url);
}

void gn_draft_head(struct gn_draft *d)
{
    d->out = &d->head;
}

void gn_draft_note(struct gn_draft *d, long line, const char *format, ...)
{
    va_list args;

    gn_buf_text(&d->notes, d->path);
    if (line > 0)
        gn_buf_printf(&d->notes, ":%ld", line);
    gn_buf_text(&d->notes, ": ");
    va_start(args, format);
    gn_buf_vprintf(&d->notes, format, args);
    va_end(args);
    gn_buf_byte(&d->notes, '\n');
}

void gn_draft_write(const struct gn_draft *d, const char *store,
                    struct gn_buf *out)
{
    gn_buf_text(out, "garner: 1\nstore: ");
    scalar(out, store, true);
    gn_buf_byte(out, '\n');
    if (d->head.size > 0) {
        gn_buf_byte(out, '\n');
        gn_buf_append(out, d->head.data, d->head.size);
    }
    gn_buf_text(out, "\nsources:\n");
    gn_buf_append(out, gn_buf_cstr(&d->text), d->text.size);
}
