#include "config/rows.h"

#include <string.h>
#include <strings.h>

#include "config/check.h"
#include "config/expect.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

struct rows_scope {
    struct gn_scope *scope;
    struct gn_rows_spec *rows;
    const struct gn_node *expect; /* NULL: none */
    const struct gn_node *parent; /* the same */
};

static void read_table(struct gn_problems *p, const struct gn_node *node,
                       void *context)
{
    struct rows_scope *r = context;
    const char *table = gn_walk_text(p, node);
    struct garner_error err;

    if (table != NULL &&
        gn_scope_passed(p, node, gn_check_table(table, &err), &err))
        r->rows->table = gn_scope_copy(p, r->scope, table);
}

static void read_sql(struct gn_problems *p, const struct gn_node *node,
                     void *context)
{
    struct rows_scope *r = context;
    const char *sql = gn_walk_text(p, node);

    if (sql == NULL)
        return;
    if (sql[strspn(sql, " \t\r\n")] == '\0') {
        gn_walk_problem(p, node, "sql is empty; write a select");
        return;
    }
    r->rows->sql = gn_scope_copy(p, r->scope, sql);
    r->rows->line = node->line + (node->block ? 1 : 0);
}

static const char *read_column(struct gn_problems *p,
                               const struct gn_node *node, struct gn_scope *s)
{
    const char *name = gn_walk_text(p, node);
    struct garner_error err;

    if (name == NULL ||
        !gn_scope_passed(p, node, gn_check_column(name, &err), &err))
        return NULL;
    return gn_scope_copy(p, s, name);
}

static void read_key(struct gn_problems *p, const struct gn_node *node,
                     void *context)
{
    struct rows_scope *r = context;
    const struct gn_node *one = node->kind == GN_NODE_LIST ? node->first : node;
    const size_t count = node->kind == GN_NODE_LIST ? node->count : 1;
    const char **columns;
    size_t n = 0;

    if (count == 0) {
        gn_walk_problem(p, node, "key has no columns; name one, or remove it");
        return;
    }
    columns = gn_scope_get(p, r->scope, count, sizeof(char *));
    for (; n < count && columns != NULL; n++, one = one->next) {
        columns[n] = read_column(p, one, r->scope);
        if (columns[n] == NULL)
            return;
        for (size_t i = 0; i < n; i++)
            if (strcmp(columns[i], columns[n]) == 0)
                gn_walk_problem(p, one, "column %.60s is in the key twice",
                                columns[n]);
    }
    r->rows->key = columns;
    r->rows->key_count = columns != NULL ? n : 0;
}

/* The sources' rows commit together, so the strongest word counts. */
static void read_ack(struct gn_problems *p, const struct gn_node *node,
                     void *context)
{
    static const char *const words[] = {
        [GARNER_SYNCED] = "synced",
        [GARNER_COMMITTED] = "committed",
        [GARNER_QUEUED] = "queued",
    };
    struct gn_scope *s = ((struct rows_scope *)context)->scope;
    const int word = gn_walk_word(p, node, words, COUNT(words), COUNT(words));

    if (word >= 0 && (!s->ack_said || word < (int)s->source->ack))
        s->source->ack = (enum garner_ack)word;
    s->ack_said = true;
}

static void read_conflict(struct gn_problems *p, const struct gn_node *node,
                          void *context)
{
    static const char *const words[] = {"update", "ignore", "error", "replace",
                                        "history"};
    static const enum gn_conflict meant[] = {
        GN_CONFLICT_UPDATE, GN_CONFLICT_KEEP, GN_CONFLICT_ERROR,
        GN_CONFLICT_WHOLE, GN_CONFLICT_HISTORY};
    struct rows_scope *r = context;
    const int word = gn_walk_word(p, node, words, COUNT(words), COUNT(words));

    if (word >= 0)
        r->rows->conflict = meant[word];
}

static void read_new_columns(struct gn_problems *p, const struct gn_node *node,
                             void *context)
{
    static const char *const words[] = {
        [GN_COLUMNS_EVOLVE] = "evolve",
        [GN_COLUMNS_FREEZE] = "freeze",
        [GN_COLUMNS_IGNORE] = "ignore",
    };
    struct rows_scope *r = context;
    const int word = gn_walk_word(p, node, words, COUNT(words), COUNT(words));

    if (word >= 0)
        r->rows->new_columns = (enum gn_new_columns)word;
}

static void read_bad_rows(struct gn_problems *p, const struct gn_node *node,
                          void *context)
{
    static const char *const words[] = {
        [GN_BAD_ROWS_FAIL] = "fail",
        [GN_BAD_ROWS_SKIP] = "skip",
        [GN_BAD_ROWS_QUARANTINE] = "quarantine",
    };
    struct rows_scope *r = context;
    const int word = gn_walk_word(p, node, words, COUNT(words), COUNT(words));

    if (word >= 0)
        r->rows->bad_rows = (enum gn_bad_rows)word;
}

static void read_columns(struct gn_problems *p, const struct gn_node *node,
                         void *context)
{
    struct rows_scope *r = context;
    struct gn_column *columns;
    struct garner_error err;
    size_t n = 0;

    if (!gn_scope_mapping(p, node))
        return;
    columns = gn_scope_get(p, r->scope, node->count + 1, sizeof *columns);
    for (const struct gn_node *one = node->first;
         one != NULL && columns != NULL; one = one->next, n++) {
        const char *type = gn_walk_text(p, one);

        if (!gn_scope_passed(p, one->key, gn_check_column(one->key->text, &err),
                             &err) ||
            type == NULL ||
            !gn_scope_passed(p, one, gn_check_type(type, &err), &err))
            return;
        columns[n].name = gn_scope_copy(p, r->scope, one->key->text);
        columns[n].type = gn_scope_copy(p, r->scope, type);
    }
    r->rows->columns = columns;
    r->rows->column_count = n;
}

/* Read last: what is expected depends on what becomes of the rows. */
static void read_expect(struct gn_problems *p, const struct gn_node *node,
                        void *context)
{
    (void)p;
    ((struct rows_scope *)context)->expect = node;
}

/* Read last, too: it is another one of the source's rows. */
static void read_parent(struct gn_problems *p, const struct gn_node *node,
                        void *context)
{
    (void)p;
    ((struct rows_scope *)context)->parent = node;
}

/* Finds the parent of rows among those that stand before it. */
static void find_parent(struct gn_problems *p, const struct gn_node *node,
                        struct gn_scope *s, struct gn_rows_spec *rows)
{
    const char *table = gn_walk_text(p, node);
    const struct gn_rows_spec *one = s->source->rows;
    struct garner_error err;

    if (table == NULL)
        return;
    while (one < rows &&
           (one->table == NULL || strcasecmp(one->table, table) != 0))
        one++;
    if (one == rows)
        gn_walk_problem(p, node,
                        "parent \"%.60s\" is no table of the rows above; name "
                        "one, or move it there",
                        table);
    else if (gn_scope_passed(p, node, gn_check_parent(rows, one, &err), &err))
        rows->parent = one;
}

static const struct gn_walk_key rows_keys[] = {
    {"table", read_table, NULL},       {"key", read_key, NULL},
    {"sql", read_sql, NULL},           {"ack", read_ack, NULL},
    {"conflict", read_conflict, NULL}, {"expect", read_expect, NULL},
    {"columns", read_columns, NULL},   {"new_columns", read_new_columns, NULL},
    {"parent", read_parent, NULL},     {"batch", NULL, NULL},
    {"bad_rows", read_bad_rows, NULL}, {"lookup", NULL, NULL},
    {"history", NULL, NULL},
};

static void read_rows_spec(struct gn_problems *p, const struct gn_node *node,
                           struct gn_scope *s, struct gn_rows_spec *rows)
{
    struct rows_scope r = {s, rows, NULL, NULL};
    struct garner_error err;
    const size_t before = p->count;

    gn_walk_mapping(p, node, rows_keys, COUNT(rows_keys), &r);
    if (r.expect != NULL || gn_config_takes_away(rows->conflict))
        rows->expect = gn_expect_rows_read(
            p, r.expect, gn_config_takes_away(rows->conflict), s->memory);
    if (p->count > before)
        return;
    if (rows->table == NULL)
        gn_walk_problem(p, node,
                        "rows has no table; name where they go, like \"table: "
                        "prices\"");
    if (rows->sql == NULL)
        gn_walk_problem(p, node,
                        "rows has no sql; write a select that makes rows of "
                        ":body");
    if (p->count == before)
        (void)gn_scope_passed(p, node, gn_check_rows(rows, &err), &err);
    if (p->count == before && r.parent != NULL)
        find_parent(p, r.parent, s, rows);
}

void gn_rows_read_specs(struct gn_problems *p, const struct gn_node *node,
                        void *scope)
{
    struct gn_scope *s = scope;
    const struct gn_node *one = node->kind == GN_NODE_LIST ? node->first : node;
    const size_t count = node->kind == GN_NODE_LIST ? node->count : 1;
    struct gn_rows_spec *rows;

    if (count == 0) {
        gn_walk_problem(p, node, "rows is an empty list; remove it");
        return;
    }
    rows = gn_scope_get(p, s, count, sizeof *rows);
    if (rows == NULL)
        return;
    s->source->rows = rows;
    s->source->row_spec_count = count;
    for (size_t i = 0; i < count; i++, one = one->next)
        read_rows_spec(p, one, s, &rows[i]);
}
