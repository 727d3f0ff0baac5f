#include "config/values.h"

#include <stdlib.h>
#include <string.h>

struct filling {
    const char *store;
    const struct gn_values_way *way;
    struct gn_arena *memory;
    const char *sql; /* of the variable; NULL: noted */
};

static void read_sql(struct gn_problems *p, const struct gn_node *node,
                     void *context)
{
    struct filling *f = context;
    const char *sql = gn_walk_text(p, node);

    if (sql != NULL && sql[strspn(sql, " \t\r\n")] == '\0')
        gn_walk_problem(p, node, "sql is empty; write a select");
    else
        f->sql = sql;
}

static const struct gn_walk_key keys[] = {
    {"sql", read_sql, NULL},
};

struct place {
    const char *text;
    size_t index;
};

static int by_text(const void *a, const void *b)
{
    const struct place *x = a;
    const struct place *y = b;
    const int order = strcmp(x->text, y->text);

    return order != 0 ? order : (x->index > y->index) - (x->index < y->index);
}

static int by_index(const void *a, const void *b)
{
    const struct place *x = a;
    const struct place *y = b;

    return (x->index > y->index) - (x->index < y->index);
}

/* The places of those that differ, in their order; NULL: no memory. */
static struct place *find_places(struct gn_arena *memory,
                                 const struct gn_values *values, size_t *count)
{
    struct place *places =
        gn_arena_alloc(memory, (values->count + 1) * sizeof *places);

    *count = 0;
    if (places == NULL)
        return NULL;
    for (size_t i = 0; i < values->count; i++)
        places[i] = (struct place){values->texts[i], i};
    if (values->count > 0)
        qsort(places, values->count, sizeof *places, by_text);
    for (size_t i = 0; i < values->count; i++)
        if (*count == 0 || strcmp(places[*count - 1].text, places[i].text) != 0)
            places[(*count)++] = places[i];
    if (*count > 0)
        qsort(places, *count, sizeof *places, by_index);
    return places;
}

/* As it would be written: a value is no reference to a secret. NULL: no memory.
 */
static const char *write(struct gn_arena *memory, const char *text)
{
    const char *at = strstr(text, "${");
    char *out;
    size_t n = 0;

    if (at == NULL)
        return text;
    out = gn_arena_alloc(memory, 2 * strlen(text) + 1);
    for (; out != NULL && *text != '\0'; text++) {
        if (text[0] == '$' && text[1] == '{')
            out[n++] = '$';
        out[n++] = *text;
    }
    if (out != NULL)
        out[n] = '\0';
    return out;
}

/* Makes v, a mapping, the list of values. false: no memory. */
static bool make_list(struct filling *f, struct gn_node *v,
                      const struct gn_values *values)
{
    size_t count;
    const struct place *places = find_places(f->memory, values, &count);
    struct gn_node *nodes =
        gn_arena_zeroed(f->memory, (count + 1) * sizeof *nodes);

    if (places == NULL || nodes == NULL)
        return false;
    for (size_t i = 0; i < count; i++) {
        nodes[i] =
            (struct gn_node){.kind = GN_NODE_SCALAR,
                             .line = v->line,
                             .column = v->column,
                             .text = write(f->memory, places[i].text),
                             .next = i + 1 < count ? &nodes[i + 1] : NULL};
        if (nodes[i].text == NULL)
            return false;
    }
    v->kind = GN_NODE_LIST;
    v->text = f->sql;
    v->made = nodes;
    v->first = count > 0 ? nodes : NULL;
    v->count = count;
    return true;
}

static void fill(struct gn_problems *p, struct gn_node *v, struct filling *f)
{
    struct gn_values values = {0};
    struct garner_error err = {0};
    const size_t before = p->count;

    f->sql = NULL;
    gn_walk_mapping(p, v, keys, 1, f);
    if (f->sql == NULL && p->count == before)
        gn_walk_problem(p, v,
                        "%.60s is empty; write a text, a list, or { sql: a "
                        "select }",
                        v->key->text);
    if (f->sql == NULL || p->count > before)
        return;
    if (f->way == NULL)
        gn_walk_problem(p, v, "%.60s: SQL for values is not run here",
                        v->key->text);
    else if (f->way->get(f->way->context, f->store, f->sql, f->memory, &values,
                         &err) != GARNER_OK)
        gn_walk_problem(p, v, "%.60s: %.200s", v->key->text, err.message);
    else if (values.count > GN_VALUES_MOST)
        gn_walk_problem(p, v,
                        "%.60s: the SQL gives more than %d values; add a "
                        "limit, or choose fewer",
                        v->key->text, GN_VALUES_MOST);
    else if (!make_list(f, v, &values))
        gn_problem_memory(p);
}

bool gn_values_fill(struct gn_problems *p, struct gn_node *source,
                    const char *store, const struct gn_values_way *way,
                    struct gn_arena *memory)
{
    struct filling f = {store, way, memory, NULL};
    const size_t before = p->count;
    struct gn_node *vars =
        source->kind == GN_NODE_MAPPING ? source->first : NULL;

    while (vars != NULL && strcmp(vars->key->text, "vars") != 0)
        vars = vars->next;
    if (vars == NULL || vars->kind != GN_NODE_MAPPING)
        return true;
    for (struct gn_node *v = vars->first; v != NULL; v = v->next)
        if (v->kind == GN_NODE_MAPPING)
            fill(p, v, &f);
    return p->count == before;
}
