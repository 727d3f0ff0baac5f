/*
 * order.c - Tarjan's strongly connected components
 * (https://doi.org/10.1137/0201010), which come out in the order wanted. With
 * a stack of its own: rows that hang on each other may be ten thousand deep.
 */
#include "store/unit/order.h"

#include "base/error.h"

struct gn_unit_order *gn_unit_order_new(struct gn_arena *arena, size_t count)
{
    struct gn_unit_order *o = gn_arena_zeroed(arena, sizeof *o);
    size_t *numbers = gn_arena_zeroed(arena, 7 * count * sizeof *numbers);
    struct gn_unit_need **needs =
        gn_arena_zeroed(arena, 2 * count * sizeof(struct gn_unit_need *));

    if (o == NULL || numbers == NULL || needs == NULL)
        return NULL;
    o->count = count;
    o->needs = needs;
    o->next = needs + count;
    o->sorted = numbers;
    o->circle = numbers + count;
    o->members = numbers + 2 * count;
    o->seen = numbers + 3 * count;
    o->low = numbers + 4 * count;
    o->waiting = numbers + 5 * count;
    o->back = numbers + 6 * count;
    return o;
}

void gn_unit_order_need(struct gn_unit_order *o, struct gn_arena *arena,
                        size_t from, size_t to, const void *why)
{
    struct gn_unit_need **at = &o->needs[from];
    struct gn_unit_need *need;

    GN_CHECK(from < o->count && to < o->count);
    if (from == to)
        return;
    while (*at != NULL && (*at)->to < to)
        at = &(*at)->next;
    if (*at != NULL && (*at)->to == to)
        return; /* one reason is enough */
    need = gn_arena_alloc(arena, sizeof *need);
    if (need == NULL)
        return;
    *need = (struct gn_unit_need){from, to, why, *at};
    *at = need;
}

/* Where the search stands. */
struct search {
    struct gn_unit_order *o;
    size_t seen;    /* nodes met so far */
    size_t waiting; /* of them, those whose circle is not known yet */
    size_t sorted;
    size_t at; /* the node looked at; o->back[] leads from it to the first */
};

enum { NO_CIRCLE_YET = 0 }; /* while sorting, circles count from 1 */

static void enter(struct search *s, size_t node, size_t from)
{
    struct gn_unit_order *o = s->o;

    o->seen[node] = o->low[node] = ++s->seen;
    o->waiting[s->waiting++] = node;
    o->next[node] = o->needs[node];
    o->back[node] = from;
    s->at = node;
}

static void lower(size_t *low, size_t to)
{
    if (to < *low)
        *low = to;
}

/* All that node needs is done: if nothing before it is among that, those that
 * wait since it was met are its circle. */
static void leave(struct search *s, size_t node)
{
    struct gn_unit_order *o = s->o;
    size_t first = s->waiting;

    s->at = o->back[node];
    if (s->at != node)
        lower(&o->low[s->at], o->low[node]);
    if (o->low[node] != o->seen[node])
        return;
    do
        o->circle[o->waiting[--first]] = o->circles + 1;
    while (o->waiting[first] != node);
    o->members[o->circles++] = s->waiting - first;
    for (size_t i = first; i < s->waiting; i++)
        o->sorted[s->sorted++] = o->waiting[i];
    s->waiting = first;
}

static void search_from(struct search *s, size_t root)
{
    struct gn_unit_order *o = s->o;
    bool done = false;

    enter(s, root, root);
    while (!done) {
        const size_t node = s->at;
        const struct gn_unit_need *need = o->next[node];

        if (need == NULL) {
            leave(s, node);
            done = node == root;
            continue;
        }
        o->next[node] = need->next;
        if (o->seen[need->to] == 0)
            enter(s, need->to, node);
        else if (o->circle[need->to] == NO_CIRCLE_YET)
            lower(&o->low[node], o->seen[need->to]);
    }
}

bool gn_unit_order_sort(struct gn_unit_order *o)
{
    struct search s = {.o = o};

    o->circles = 0;
    for (size_t i = 0; i < o->count; i++) {
        o->seen[i] = 0;
        o->circle[i] = NO_CIRCLE_YET;
    }
    for (size_t i = 0; i < o->count; i++)
        if (o->seen[i] == 0)
            search_from(&s, i);
    for (size_t i = 0; i < o->count; i++)
        o->circle[i]--;
    return o->circles == o->count;
}

/* Follows, from the end at node, by which need each node was reached. */
static size_t trace(struct gn_unit_order *o, const struct gn_unit_need *last,
                    size_t first, const struct gn_unit_need **path)
{
    size_t count = 1;
    size_t i;

    for (size_t node = last->from; node != first; node = o->next[node]->from)
        count++;
    i = count - 1;
    path[i] = last;
    for (size_t node = last->from; node != first; node = o->next[node]->from)
        path[--i] = o->next[node];
    return count;
}

size_t gn_unit_order_circle(struct gn_unit_order *o,
                            const struct gn_unit_need **path)
{
    size_t first = 0;
    size_t queued = 1;

    while (o->members[o->circle[first]] == 1)
        first++;
    for (size_t i = 0; i < o->count; i++)
        o->seen[i] = 0;
    o->waiting[0] = first;
    o->seen[first] = 1;
    for (size_t i = 0; i < queued; i++) {
        for (struct gn_unit_need *need = o->needs[o->waiting[i]]; need != NULL;
             need = need->next) {
            if (need->to == first)
                return trace(o, need, first, path);
            if (o->seen[need->to])
                continue;
            o->seen[need->to] = 1;
            o->next[need->to] = need;
            o->waiting[queued++] = need->to;
        }
    }
    const bool leads_back_to_where_it_begins = false;

    GN_CHECK(leads_back_to_where_it_begins);
    return 0;
}
