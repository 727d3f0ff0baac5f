#include "cli/unified.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/diff.h"
#include "base/error.h"
#include "base/mem.h"
#include "cli/text.h"

enum { CONTEXT = 3, LOOKED_AT = 8000 };

/* A line, with its \n. */
struct line {
    const char *text;
    size_t size;
    uint32_t *id; /* where its number goes: the same for equal lines */
};

struct side {
    struct line *lines; /* and an empty one at the end */
    size_t count;
    uint32_t *ids;
    bool *marks; /* gone, or fresh */
};

struct comparison {
    struct side before;
    struct side after;
    struct line *sorted;
    const struct gn_unified_style *style;
    struct gn_buf *out;
};

bool gn_unified_is_text(const struct gn_version *version)
{
    const size_t size = version->size < LOOKED_AT ? version->size : LOOKED_AT;

    return size == 0 || memchr(version->text, '\0', size) == NULL;
}

/* --- lines --------------------------------------------------------------- */

static bool split(const struct gn_version *v, struct side *side)
{
    const char *at = v->text;
    const char *end = at + v->size;
    size_t count = 0;

    for (const char *p = at; p < end; count++) {
        const char *next = memchr(p, '\n', (size_t)(end - p));

        p = next != NULL ? next + 1 : end;
    }
    side->count = count;
    side->lines = gn_realloc(NULL, (count + 1) * sizeof *side->lines);
    side->ids = gn_realloc(NULL, (count + 1) * sizeof *side->ids);
    side->marks = gn_alloc(count + 1);
    if (side->lines == NULL || side->ids == NULL || side->marks == NULL)
        return false;
    for (size_t i = 0; i < count; i++) {
        const char *next = memchr(at, '\n', (size_t)(end - at));
        const char *to = next != NULL ? next + 1 : end;

        side->lines[i] = (struct line){at, (size_t)(to - at), &side->ids[i]};
        at = to;
    }
    return true;
}

static int by_text(const void *a, const void *b)
{
    const struct line *x = a;
    const struct line *y = b;
    const size_t size = x->size < y->size ? x->size : y->size;
    const int order = memcmp(x->text, y->text, size);

    return order != 0 ? order : (x->size > y->size) - (x->size < y->size);
}

/* Gives equal lines of both the same number. */
static bool number(struct comparison *c)
{
    const size_t count = c->before.count + c->after.count;
    uint32_t id = 0;

    c->sorted = gn_realloc(NULL, (count + 1) * sizeof *c->sorted);
    if (c->sorted == NULL)
        return false;
    memcpy(c->sorted, c->before.lines, c->before.count * sizeof *c->sorted);
    memcpy(c->sorted + c->before.count, c->after.lines,
           c->after.count * sizeof *c->sorted);
    qsort(c->sorted, count, sizeof *c->sorted, by_text);
    for (size_t i = 0; i < count; i++) {
        if (i > 0 && by_text(&c->sorted[i - 1], &c->sorted[i]) != 0)
            id++;
        *c->sorted[i].id = id;
    }
    return true;
}

static void free_side(struct side *side)
{
    gn_free(side->lines);
    gn_free(side->ids);
    gn_free(side->marks);
}

/* --- writing ------------------------------------------------------------- */

/* Tabs stay; all else that a terminal would obey does not. */
static void show(struct gn_buf *out, const char *text, size_t size)
{
    const char *end = text + size;

    while (text < end) {
        const char *tab = memchr(text, '\t', (size_t)(end - text));
        const char *to = tab != NULL ? tab : end;

        (void)gn_text_show(out, text, (size_t)(to - text), SIZE_MAX);
        if (tab != NULL)
            gn_buf_byte(out, '\t');
        text = tab != NULL ? tab + 1 : end;
    }
}

static void put_color(const struct comparison *c, const char *color)
{
    if (c->style->color)
        gn_buf_text(c->out, color);
}

/* A line of the difference, behind its sign. */
static void put_line(const struct comparison *c, char sign,
                     const struct line *line)
{
    const bool whole = line->size > 0 && line->text[line->size - 1] == '\n';
    const size_t size = line->size - whole;

    if (sign != ' ')
        put_color(c, sign == '-' ? "\033[31m" : "\033[32m");
    gn_buf_byte(c->out, sign);
    if (c->style->terminal)
        show(c->out, line->text, size);
    else
        gn_buf_append(c->out, line->text, size);
    if (sign != ' ')
        put_color(c, "\033[0m");
    gn_buf_byte(c->out, '\n');
    if (!whole)
        gn_buf_text(c->out, "\\ No newline at end of file\n");
}

static void put_name(const struct comparison *c, const char *sign,
                     const char *name)
{
    put_color(c, "\033[1m");
    gn_buf_text(c->out, sign);
    if (c->style->terminal)
        show(c->out, name, strlen(name));
    else
        gn_buf_text(c->out, name);
    put_color(c, "\033[0m");
    gn_buf_byte(c->out, '\n');
}

/* "12,3": from 1 on; of none, the line before. */
static void put_range(struct gn_buf *out, size_t from, size_t to)
{
    if (to - from == 1)
        gn_buf_printf(out, "%zu", from + 1);
    else
        gn_buf_printf(out, "%zu,%zu", to > from ? from + 1 : from, to - from);
}

/* Lines x0 .. x1 of before, y0 .. y1 of after. */
struct hunk {
    size_t x0, x1, y0, y1;
};

static void put_hunk(const struct comparison *c, const struct hunk *h)
{
    size_t x = h->x0;
    size_t y = h->y0;

    put_color(c, "\033[36m");
    gn_buf_text(c->out, "@@ -");
    put_range(c->out, h->x0, h->x1);
    gn_buf_text(c->out, " +");
    put_range(c->out, h->y0, h->y1);
    gn_buf_text(c->out, " @@");
    put_color(c, "\033[0m");
    gn_buf_byte(c->out, '\n');
    while (x < h->x1 || y < h->y1) {
        if (x < h->x1 && c->before.marks[x]) {
            put_line(c, '-', &c->before.lines[x++]);
        } else if (y < h->y1 && c->after.marks[y]) {
            put_line(c, '+', &c->after.lines[y++]);
        } else {
            put_line(c, ' ', &c->before.lines[x++]);
            y++;
        }
    }
}

/* How many lines are in both, from x and y on. */
static size_t pass_same(const struct comparison *c, size_t x, size_t y)
{
    size_t n = 0;

    while (x + n < c->before.count && y + n < c->after.count &&
           !c->before.marks[x + n] && !c->after.marks[y + n])
        n++;
    return n;
}

static void pass_changed(const struct comparison *c, size_t *x, size_t *y)
{
    while (*x < c->before.count && c->before.marks[*x])
        ++*x;
    while (*y < c->after.count && c->after.marks[*y])
        ++*y;
}

/* Changes with few lines between them are one hunk. */
static void put_hunks(const struct comparison *c)
{
    size_t same = pass_same(c, 0, 0);
    size_t x = same;
    size_t y = same;

    while (x < c->before.count || y < c->after.count) {
        const size_t lead = same < CONTEXT ? same : CONTEXT;
        struct hunk h = {.x0 = x - lead, .y0 = y - lead};
        size_t over;

        do {
            pass_changed(c, &x, &y);
            same = pass_same(c, x, y);
            x += same;
            y += same;
        } while (same <= (size_t)2 * CONTEXT &&
                 (x < c->before.count || y < c->after.count));
        over = same < CONTEXT ? 0 : same - CONTEXT;
        h.x1 = x - over;
        h.y1 = y - over;
        put_hunk(c, &h);
    }
}

enum garner_code gn_unified(const struct gn_version *before,
                            const struct gn_version *after,
                            const struct gn_unified_style *style,
                            struct gn_buf *out, struct garner_error *err)
{
    struct comparison c = {.style = style, .out = out};
    enum garner_code code = GARNER_OK;

    if (before->size == after->size &&
        (before->size == 0 ||
         memcmp(before->text, after->text, before->size) == 0))
        return GARNER_OK;
    if (!split(before, &c.before) || !split(after, &c.after) || !number(&c))
        code = gn_fail(err, GARNER_NOMEM, "out of memory for a comparison");
    if (code == GARNER_OK)
        code = gn_diff(&(struct gn_diff){c.before.ids, c.before.count,
                                         c.after.ids, c.after.count,
                                         c.before.marks, c.after.marks},
                       err);
    if (code == GARNER_OK) {
        put_name(&c, "--- ", before->name);
        put_name(&c, "+++ ", after->name);
        put_hunks(&c);
        if (gn_buf_failed(out))
            code = gn_fail(err, GARNER_NOMEM, "out of memory for a comparison");
    }
    free_side(&c.before);
    free_side(&c.after);
    gn_free(c.sorted);
    return code;
}
