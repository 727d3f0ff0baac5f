#include "config/expect.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/unit.h"
#include "config/check.h"

enum { LEAST_STATUS = 100, MOST_STATUS = 599, MOST_DROP = 99 };

#define MOST_AGE_MS INT64_C(316224000000) /* ten years */

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* What is being read. */
struct source_scope {
    struct gn_arena *memory;
    struct gn_expect *expect;
};
struct rows_scope {
    struct gn_arena *memory;
    struct gn_rows_expect *expect;
};

/* Zeroed memory for what a value says once or in a list, count of them; the
 * first in *one. NULL: a problem was noted. */
static void *list(struct gn_problems *p, const struct gn_node *node,
                  struct gn_arena *memory, size_t size,
                  const struct gn_node **one, size_t *count)
{
    const bool many = node->kind == GN_NODE_LIST;
    void *items;

    *one = many ? node->first : node;
    *count = many ? node->count : 1;
    if (*count == 0) {
        gn_walk_problem(p, node, "%s is an empty list; name one, or remove it",
                        node->key->text);
        return NULL;
    }
    items = gn_arena_zeroed(memory, *count * size);
    if (items == NULL)
        gn_problem_memory(p);
    return items;
}

/* --- of a source ---------------------------------------------------------- */

static void match(struct gn_problems *p, const struct gn_node *node,
                  void *context)
{
    struct source_scope *s = context;

    s->expect->match = gn_scope_pattern(p, node, node->key->text, s->memory);
}

static void not_match(struct gn_problems *p, const struct gn_node *node,
                      void *context)
{
    struct source_scope *s = context;

    s->expect->not_match =
        gn_scope_pattern(p, node, node->key->text, s->memory);
}

/* 404, or 2xx for all from 200 to 299. */
static void one_status(struct gn_problems *p, const struct gn_node *node,
                       struct gn_statuses *out)
{
    const char *text = gn_walk_text(p, node);

    if (text == NULL)
        return;
    if (strlen(text) == 3 && strspn(text, "0123456789") == 3)
        out->first = out->last = (int)strtol(text, NULL, 10);
    else if (strlen(text) == 3 && strcmp(text + 1, "xx") == 0) {
        out->first = (text[0] - '0') * 100;
        out->last = out->first + 99;
    }
    if (out->first < LEAST_STATUS || out->last > MOST_STATUS)
        gn_walk_problem(p, node,
                        "\"%.40s\" is no HTTP status; write one like 404, or "
                        "2xx for all from 200 to 299",
                        text);
}

static void status(struct gn_problems *p, const struct gn_node *node,
                   void *context)
{
    struct source_scope *s = context;
    const struct gn_node *one;
    size_t count;
    struct gn_statuses *all =
        list(p, node, s->memory, sizeof *all, &one, &count);

    for (size_t i = 0; all != NULL && i < count; i++, one = one->next)
        one_status(p, one, &all[i]);
    s->expect->statuses = all;
    s->expect->status_count = all != NULL ? count : 0;
}

/* "text/html" or "text/" with a star, in lower case; NULL: a problem was
 * noted. */
static const char *one_type(struct gn_problems *p, const struct gn_node *node,
                            struct gn_arena *memory)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789"
                                  "!#$&^_.+-";
    const char *text = gn_walk_text(p, node);
    char *type;
    size_t first;
    size_t second;

    if (text == NULL)
        return NULL;
    type = gn_arena_text(memory, text);
    if (type == NULL) {
        gn_problem_memory(p);
        return NULL;
    }
    for (char *c = type; *c != '\0'; c++)
        if (*c >= 'A' && *c <= 'Z')
            *c = (char)(*c - 'A' + 'a');
    if (strcmp(type, "*/*") == 0)
        return type;
    first = strspn(type, letters);
    second = type[first] == '/' ? strspn(type + first + 1, letters) : 0;
    if (first > 0 && second > 0 && type[first + 1 + second] == '\0')
        return type;
    if (first > 0 && strcmp(type + first, "/*") == 0)
        return type;
    gn_walk_problem(p, node,
                    "\"%.40s\" is no content type; write one like text/html, "
                    "or text/* for all that begin so",
                    text);
    return NULL;
}

static void content_type(struct gn_problems *p, const struct gn_node *node,
                         void *context)
{
    struct source_scope *s = context;
    const struct gn_node *one;
    size_t count;
    const char **all = list(p, node, s->memory, sizeof *all, &one, &count);

    for (size_t i = 0; all != NULL && i < count; i++, one = one->next)
        all[i] = one_type(p, one, s->memory);
    s->expect->types = all;
    s->expect->type_count = all != NULL ? count : 0;
}

static void min_size(struct gn_problems *p, const struct gn_node *node,
                     void *context)
{
    (void)gn_walk_size(p, node, GN_CHECK_BODY_MAX,
                       &((struct source_scope *)context)->expect->min_size);
}

static void max_size(struct gn_problems *p, const struct gn_node *node,
                     void *context)
{
    (void)gn_walk_size(p, node, GN_CHECK_BODY_MAX,
                       &((struct source_scope *)context)->expect->max_size);
}

static const char in_rows[] =
    "is about rows; write it in an expect: of theirs, beside table and sql";
static const char in_source[] =
    "is about the answer; write it in an expect: of the source, beside url";

static const struct gn_walk_key source_keys[] = {
    {"match", match, NULL},       {"not_match", not_match, NULL},
    {"status", status, NULL},     {"content_type", content_type, NULL},
    {"min_size", min_size, NULL}, {"max_size", max_size, NULL},
    {"min_rows", NULL, in_rows},  {"max_rows", NULL, in_rows},
    {"max_drop", NULL, in_rows},  {"not_null", NULL, in_rows},
    {"unique", NULL, in_rows},
};

/* What is said of it stands for itself: nothing of the default one stays. */
void gn_expect_read(struct gn_problems *p, const struct gn_node *node,
                    void *scope)
{
    struct gn_scope *s = scope;
    struct gn_expect *e = gn_arena_zeroed(s->memory, sizeof *e);
    struct source_scope of = {s->memory, e};

    if (e == NULL) {
        gn_problem_memory(p);
        return;
    }
    gn_walk_mapping(p, node, source_keys, COUNT(source_keys), &of);
    if (e->max_size > 0 && e->min_size > e->max_size)
        gn_walk_problem(p, node, "min_size is more than max_size");
    s->source->expect = e;
}

/* --- of its runs ---------------------------------------------------------- */

void gn_expect_max_age(struct gn_problems *p, const struct gn_node *node,
                       void *scope)
{
    struct gn_scope *s = scope;
    int64_t ms;

    if (!gn_walk_duration(p, node, 1, &ms))
        return;
    if (ms > MOST_AGE_MS)
        gn_walk_problem(p, node, "max_age is %.40s; write at most 3660d",
                        node->text);
    else
        s->source->max_age_ms = ms;
}

void gn_expect_check_age(struct gn_problems *p, const struct gn_node *node,
                         const struct gn_source *source)
{
    char age[32];
    char every[32];

    if (source->max_age_ms == 0 ||
        source->max_age_ms > source->schedule.every_ms)
        return;
    gn_unit_format_duration(source->max_age_ms, age);
    gn_unit_format_duration(source->schedule.every_ms, every);
    gn_walk_problem(p, node,
                    "source %.60s has max_age %s and is fetched every %s: it "
                    "would be stale before each run; write a longer max_age",
                    node->text, age, every);
}

/* --- of rows -------------------------------------------------------------- */

static void min_rows(struct gn_problems *p, const struct gn_node *node,
                     void *context)
{
    (void)gn_walk_integer(p, node, 0, INT_MAX,
                          &((struct rows_scope *)context)->expect->min_rows);
}

static void max_rows(struct gn_problems *p, const struct gn_node *node,
                     void *context)
{
    (void)gn_walk_integer(p, node, 0, INT_MAX,
                          &((struct rows_scope *)context)->expect->max_rows);
}

static void max_drop(struct gn_problems *p, const struct gn_node *node,
                     void *context)
{
    struct gn_rows_expect *e = ((struct rows_scope *)context)->expect;
    const char *text = gn_walk_text(p, node);
    size_t digits;

    if (text == NULL)
        return;
    digits = strspn(text, "0123456789");
    if (digits < 1 || digits > 2 || strcmp(text + digits, "%") != 0) {
        gn_walk_problem(p, node,
                        "%s is \"%.40s\"; write a whole part of the rows from "
                        "0%% to %d%%, like 30%%",
                        node->key->text, text, MOST_DROP);
        return;
    }
    e->max_drop = (int)strtol(text, NULL, 10);
}

static const char *const *columns(struct gn_problems *p,
                                  const struct gn_node *node,
                                  struct gn_arena *memory, size_t *count)
{
    const struct gn_node *one;
    size_t asked;
    const char **all = list(p, node, memory, sizeof *all, &one, &asked);

    *count = 0;
    for (size_t i = 0; all != NULL && i < asked; i++, one = one->next) {
        const char *name = gn_walk_text(p, one);
        struct garner_error err;

        if (name == NULL)
            continue;
        if (gn_check_column(name, &err) != GARNER_OK)
            gn_walk_problem(p, one, "%s", err.message);
        all[*count] = gn_arena_text(memory, name);
        if (all[*count] == NULL)
            gn_problem_memory(p);
        ++*count;
    }
    return all;
}

static void not_null(struct gn_problems *p, const struct gn_node *node,
                     void *context)
{
    struct rows_scope *s = context;

    s->expect->not_null =
        columns(p, node, s->memory, &s->expect->not_null_count);
}

static void unique(struct gn_problems *p, const struct gn_node *node,
                   void *context)
{
    struct rows_scope *s = context;

    s->expect->unique = columns(p, node, s->memory, &s->expect->unique_count);
}

static const struct gn_walk_key rows_keys[] = {
    {"min_rows", min_rows, NULL},  {"max_rows", max_rows, NULL},
    {"max_drop", max_drop, NULL},  {"drop", max_drop, NULL},
    {"not_null", not_null, NULL},  {"unique", unique, NULL},
    {"match", NULL, in_source},    {"not_match", NULL, in_source},
    {"status", NULL, in_source},   {"content_type", NULL, in_source},
    {"min_size", NULL, in_source}, {"max_size", NULL, in_source},
};

const struct gn_rows_expect *gn_expect_rows_read(struct gn_problems *p,
                                                 const struct gn_node *node,
                                                 int min_rows,
                                                 struct gn_arena *memory)
{
    struct gn_rows_expect *e = gn_arena_zeroed(memory, sizeof *e);
    struct rows_scope of = {memory, e};

    if (e == NULL) {
        gn_problem_memory(p);
        return NULL;
    }
    e->max_rows = e->max_drop = -1;
    e->min_rows = min_rows;
    if (node == NULL)
        return e;
    gn_walk_mapping(p, node, rows_keys, COUNT(rows_keys), &of);
    if (e->max_rows >= 0 && e->min_rows > e->max_rows)
        gn_walk_problem(p, node, "min_rows is more than max_rows");
    return e;
}
