#include "store/unit/plan.h"

#include "base/error.h"
#include "store/unit/links.h"
#include "store/unit/name.h"
#include "store/unit/order.h"

/* What is written one after the other. */
enum phase { FILL, CHANGE, REMOVE, PHASES };

/* A foreign key between two tables of a phase, or from one to itself. */
struct tie {
    const struct gn_unit_table *from;
    const struct gn_unit_reference *reference;
    const struct gn_unit_table *to;
    struct tie *next;
};

/* One phase on its way. */
struct step {
    enum phase phase;
    struct gn_arena *arena;
    struct gn_unit_plan *plan;
    const struct gn_unit_row **rows; /* of this phase: a part of the plan's */
    size_t count;
    struct gn_unit_table **tables; /* that they are of; each knows its place */
    size_t table_count;
    struct tie *ties;
    struct gn_unit_order *order; /* of the tables */
};

static enum garner_code out_of_memory(struct garner_error *err)
{
    return gn_fail(err, GARNER_NOMEM, "the order of a unit's rows");
}

/* Whether r is checked after each statement, so that the order matters. */
static bool binds(const struct step *s, const struct gn_unit_reference *r)
{
    if (s->phase == REMOVE && r->fate != GN_UNIT_STAY)
        return r->fate == GN_UNIT_HOLD; /* even if it is deferred */
    return r->deferral == GN_NOT_DEFERRABLE;
}

/* Whether it does not bind only if PRAGMA defer_foreign_keys is on. */
static bool wants_deferring(const struct step *s,
                            const struct gn_unit_reference *r)
{
    return !binds(s, r) && r->deferral == GN_DEFERRABLE &&
           (s->phase != REMOVE || r->fate == GN_UNIT_STAY);
}

bool gn_unit_plan_holds_itself(const struct gn_unit_table *t)
{
    for (const struct gn_unit_reference *r = t->references; r != NULL;
         r = r->next)
        if (gn_unit_name_same(r->target, t->name) && r->fate == GN_UNIT_STAY &&
            r->deferral != GN_DEFERRED)
            return true;
    return false;
}

/* --- a phase's tables ------------------------------------------------------
 */

static enum phase phase_of(const struct gn_unit_row *row)
{
    switch (row->shape->verb) {
    case GN_UNIT_INSERT:
    case GN_UNIT_UPSERT:
        return FILL;
    case GN_UNIT_UPDATE:
        return CHANGE;
    case GN_UNIT_DELETE:
        break;
    }
    return REMOVE;
}

static const struct gn_unit_table *table_of(const struct gn_unit_row *row)
{
    return row->shape->found;
}

/* Puts the tables that the phase's rows are of into s->tables, in the order in
 * which they were first named. */
static bool gather_tables(struct step *s, const struct gn_unit_rows *rows)
{
    s->tables = gn_arena_alloc(s->arena, rows->shape_count * sizeof(void *));
    if (s->tables == NULL)
        return false;
    for (const struct gn_unit_shape *h = rows->shapes; h != NULL; h = h->next)
        h->found->node = SIZE_MAX;
    for (size_t i = 0; i < s->count; i++) {
        struct gn_unit_table *t = s->rows[i]->shape->found;

        if (t->node != SIZE_MAX)
            continue;
        t->node = s->table_count;
        s->tables[s->table_count++] = t;
    }
    return true;
}

static bool tie(struct step *s, const struct gn_unit_table *from,
                const struct gn_unit_reference *r)
{
    for (size_t i = 0; i < s->table_count; i++) {
        struct tie *tie;

        if (!gn_unit_name_same(s->tables[i]->name, r->target))
            continue;
        tie = gn_arena_alloc(s->arena, sizeof *tie);
        if (tie == NULL)
            return false;
        *tie = (struct tie){from, r, s->tables[i], s->ties};
        s->ties = tie;
    }
    return true;
}

static bool gather_ties(struct step *s)
{
    for (size_t i = 0; i < s->table_count; i++)
        for (const struct gn_unit_reference *r = s->tables[i]->references;
             r != NULL; r = r->next)
            if (!tie(s, s->tables[i], r))
                return false;
    return true;
}

/* Sorts the tables by all foreign keys, or those alone that bind. false: there
 * are circles of them, or no memory. */
static bool sort_tables(struct step *s, bool binding)
{
    s->order = gn_unit_order_new(s->arena, s->table_count);
    if (s->order == NULL)
        return false;
    for (const struct tie *t = s->ties; t != NULL; t = t->next)
        if (!binding || binds(s, t->reference))
            gn_unit_order_need(s->order, s->arena, t->from->node, t->to->node,
                               t->reference);
    return gn_unit_order_sort(s->order);
}

/* --- the rows of tables that refer to each other, or to themselves ---------
 */

/* The rows of one circle of tables: a part of the step's. */
struct knot {
    const struct step *step;
    size_t circle;
    const struct gn_unit_row **rows;
    size_t count;
    struct gn_unit_order *order; /* of these rows */
};

static bool inside(const struct knot *k, const struct tie *t)
{
    const size_t *circle = k->step->order->circle;

    return circle[t->from->node] == k->circle &&
           circle[t->to->node] == k->circle;
}

/* Sorts the rows by all that they refer to, or by that alone which binds. */
static bool sort_rows(struct knot *k, bool binding)
{
    const struct step *s = k->step;
    struct gn_unit_links links = {
        .arena = s->arena,
        .rows = k->rows,
        .count = k->count,
        .equal = binding,
    };

    k->order = links.order = gn_unit_order_new(s->arena, k->count);
    if (k->order == NULL)
        return false;
    for (const struct tie *t = s->ties; t != NULL; t = t->next)
        if (inside(k, t) && (!binding || binds(s, t->reference)))
            gn_unit_links_add(&links, t->from, t->reference, t->to);
    return gn_unit_order_sort(k->order);
}

/* "a.b_id", or "a.(x, y)" */
static void name_reference(struct gn_buf *b, const struct gn_unit_reference *r)
{
    const bool several = r->pairs->next != NULL;

    gn_buf_printf(b, "%s.%s", r->table, several ? "(" : "");
    for (const struct gn_unit_pair *p = r->pairs; p != NULL; p = p->next)
        gn_buf_printf(b, "%s%s", p == r->pairs ? "" : ", ", p->column);
    gn_buf_text(b, several ? ") -> " : " -> ");
}

/* Rows of few tables may need each other over many: cuts the path down to a
 * circle of tables. */
static size_t shorten(const struct gn_unit_need **path, size_t count,
                      size_t *first)
{
    for (size_t end = 1; end < count; end++) {
        const struct gn_unit_reference *r = path[end]->why;

        for (size_t i = 0; i < end; i++) {
            const struct gn_unit_reference *before = path[i]->why;

            if (before->table == r->table) {
                *first = i;
                return end;
            }
        }
    }
    *first = 0;
    return count;
}

static enum garner_code refuse_circle(const struct knot *k,
                                      struct garner_error *err)
{
    const struct gn_unit_need **path =
        gn_arena_alloc(k->step->arena, k->count * sizeof(void *));
    struct gn_buf b = {0};
    size_t first;
    size_t end;

    if (path == NULL)
        return out_of_memory(err);
    end = shorten(path, gn_unit_order_circle(k->order, path), &first);
    for (size_t i = first; i < end; i++)
        name_reference(&b, path[i]->why);
    gn_buf_text(&b,
                ((const struct gn_unit_reference *)path[first]->why)->table);
    if (gn_buf_failed(&b)) {
        gn_buf_fini(&b);
        return out_of_memory(err);
    }
    gn_fail(err, GARNER_INVALID,
            "row %zu can only be written after itself: %s; insert NULL and "
            "update it later, or make a constraint of these DEFERRABLE",
            k->rows[path[first]->from]->number, gn_buf_cstr(&b));
    gn_buf_fini(&b);
    return GARNER_INVALID;
}

/* Puts the rows of a knot in order, or says why they have none. */
static enum garner_code untie(struct knot *k, struct garner_error *err)
{
    const struct step *s = k->step;
    const struct gn_unit_row **sorted;
    bool done = sort_rows(k, false);

    if (!done) {
        done = sort_rows(k, true);
        for (const struct tie *t = s->ties; t != NULL; t = t->next)
            if (inside(k, t) && wants_deferring(s, t->reference))
                s->plan->defer = true;
    }
    sorted = gn_arena_alloc(s->arena, k->count * sizeof(void *));
    if (s->arena->failed)
        return out_of_memory(err);
    if (!done)
        return refuse_circle(k, err);
    for (size_t i = 0; i < k->count; i++)
        sorted[i] = k->rows[k->order->sorted[i]];
    for (size_t i = 0; i < k->count; i++)
        k->rows[i] = sorted[i];
    return GARNER_OK;
}

/* --- a phase ---------------------------------------------------------------
 */

/* Sorts the step's rows by their tables' circles, else as they were added;
 * starts[i] is where those of circle i begin. */
static bool sort_by_table(struct step *s, size_t *starts)
{
    const size_t circles = s->order->circles;
    const struct gn_unit_row **rows =
        gn_arena_alloc(s->arena, s->count * sizeof(void *));
    size_t *ends = gn_arena_zeroed(s->arena, (circles + 1) * sizeof *ends);

    if (rows == NULL || ends == NULL)
        return false;
    for (size_t i = 0; i < s->count; i++) {
        size_t at = s->order->circle[table_of(s->rows[i])->node];

        rows[i] = s->rows[i];
        ends[s->phase == REMOVE ? circles - 1 - at : at]++;
    }
    for (size_t i = 0, start = 0; i <= circles; i++) {
        starts[i] = start;
        start += ends[i];
        ends[i] = starts[i];
    }
    for (size_t i = 0; i < s->count; i++) {
        size_t at = s->order->circle[table_of(rows[i])->node];

        s->rows[ends[s->phase == REMOVE ? circles - 1 - at : at]++] = rows[i];
    }
    return true;
}

/* Of rows that are only named by their keys it is not known what they refer
 * to; only what they must not, if their tables go in circles. */
static void sort_for_removal(struct step *s)
{
    if (sort_tables(s, false) || s->arena->failed)
        return;
    for (const struct tie *t = s->ties; t != NULL; t = t->next)
        if (s->order->circle[t->from->node] == s->order->circle[t->to->node] &&
            t->from != t->to && wants_deferring(s, t->reference))
            s->plan->defer = true;
    (void)sort_tables(s, true);
}

static bool is_knot(const struct step *s, size_t circle)
{
    bool tied = false;

    for (const struct tie *t = s->ties; t != NULL && !tied; t = t->next)
        tied = s->order->circle[t->from->node] == circle &&
               s->order->circle[t->to->node] == circle;
    return tied;
}

static enum garner_code plan_step(struct step *s,
                                  const struct gn_unit_rows *rows,
                                  struct garner_error *err)
{
    enum garner_code code = GARNER_OK;
    size_t *starts =
        gn_arena_alloc(s->arena, (rows->shape_count + 1) * sizeof *starts);

    if (starts == NULL || !gather_tables(s, rows) || !gather_ties(s))
        return out_of_memory(err);
    if (s->phase == REMOVE)
        sort_for_removal(s);
    else
        (void)sort_tables(s, false);
    if (s->arena->failed || !sort_by_table(s, starts))
        return out_of_memory(err);
    for (size_t i = 0; i < s->order->circles && s->phase == FILL; i++) {
        struct knot k = {
            .step = s,
            .circle = i,
            .rows = s->rows + starts[i],
            .count = starts[i + 1] - starts[i],
        };

        if (code == GARNER_OK && is_knot(s, i))
            code = untie(&k, err);
    }
    return code;
}

static enum garner_code plan_phases(const struct gn_unit_rows *rows,
                                    struct gn_arena *arena,
                                    struct gn_unit_plan *plan,
                                    struct garner_error *err)
{
    enum garner_code code = GARNER_OK;

    for (enum phase phase = FILL; phase < PHASES && code == GARNER_OK;
         phase++) {
        struct step s = {
            .phase = phase,
            .arena = arena,
            .plan = plan,
            .rows = plan->rows + plan->count,
        };

        for (const struct gn_unit_row *r = rows->rows; r != NULL; r = r->next)
            if (phase_of(r) == phase)
                s.rows[s.count++] = r;
        if (s.count > 0)
            code = plan_step(&s, rows, err);
        plan->count += s.count;
    }
    return code;
}

enum garner_code gn_unit_plan_make(const struct gn_unit_rows *rows,
                                   struct gn_arena *arena,
                                   struct gn_unit_plan *plan,
                                   struct garner_error *err)
{
    *plan = (struct gn_unit_plan){0};
    plan->rows = gn_arena_alloc(arena, rows->count * sizeof(void *));
    if (plan->rows == NULL)
        return out_of_memory(err);
    return plan_phases(rows, arena, plan, err);
}
