#include "config/schedule.h"

#include <string.h>

#include "base/error.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* One schedule being read. */
struct reading {
    struct gn_scope *scope;
    struct gn_spec *spec;
    const struct gn_node *tz; /* NULL: not said */
};

static void every(struct gn_problems *p, const struct gn_node *node,
                  void *context)
{
    (void)gn_walk_duration(p, node, 1,
                           &((struct reading *)context)->spec->every_ms);
}

static void jitter(struct gn_problems *p, const struct gn_node *node,
                   void *context)
{
    (void)gn_walk_duration(p, node, 0,
                           &((struct reading *)context)->spec->jitter_ms);
}

static void align(struct gn_problems *p, const struct gn_node *node,
                  void *context)
{
    (void)gn_walk_bool(p, node, &((struct reading *)context)->spec->align);
}

static void overlap(struct gn_problems *p, const struct gn_node *node,
                    void *context)
{
    static const char *const words[] = {"skip", "queue", "parallel"};

    ((struct reading *)context)->spec->queue =
        gn_walk_word(p, node, words, 2, COUNT(words)) == 1;
}

static void missed(struct gn_problems *p, const struct gn_node *node,
                   void *context)
{
    static const char *const words[] = {"drop", "once", "all"};

    ((struct reading *)context)->spec->once =
        gn_walk_word(p, node, words, 2, COUNT(words)) == 1;
}

/* Notes what is wrong with a value, if anything is. */
static void judge(struct gn_problems *p, const struct gn_node *node,
                  enum garner_code code, const struct garner_error *err)
{
    if (code == GARNER_NOMEM)
        gn_problem_memory(p);
    else if (code != GARNER_OK)
        gn_walk_problem(p, node, "%s", err->message);
}

static void cron(struct gn_problems *p, const struct gn_node *node,
                 void *context)
{
    struct reading *r = context;
    const char *text = gn_walk_text(p, node);
    struct gn_cron *line;
    struct garner_error err;

    if (text == NULL)
        return;
    line = gn_arena_zeroed(r->scope->memory, sizeof *line);
    if (line == NULL)
        gn_problem_memory(p);
    else
        judge(p, node, gn_cron_parse(text, line, &err), &err);
    r->spec->cron = line;
    r->scope->source->written.cron = gn_scope_copy(p, r->scope, text);
}

static void window(struct gn_problems *p, const struct gn_node *node,
                   void *context)
{
    struct reading *r = context;
    const char *text = gn_walk_text(p, node);
    struct gn_window *hours;
    struct garner_error err;

    if (text == NULL)
        return;
    hours = gn_arena_zeroed(r->scope->memory, sizeof *hours);
    if (hours == NULL)
        gn_problem_memory(p);
    else
        judge(p, node, gn_window_parse(text, hours, &err), &err);
    r->spec->window = hours;
    r->scope->source->written.window = gn_scope_copy(p, r->scope, text);
}

static void tz(struct gn_problems *p, const struct gn_node *node, void *context)
{
    struct reading *r = context;
    const char *text = gn_walk_text(p, node);
    struct garner_error err;

    r->tz = node;
    r->scope->source->written.zone = gn_scope_copy(p, r->scope, text);
    if (text != NULL)
        judge(p, node,
              gn_zones_find(r->scope->zones, text, r->scope->memory,
                            &r->spec->zone, &err),
              &err);
}

static void adapt(struct gn_problems *p, const struct gn_node *node,
                  void *context)
{
    static const char advice[] =
        "write the shortest and the longest interval, like 15m..12h";
    struct gn_adapt *a = &((struct reading *)context)->spec->adapt;

    if (node->kind == GN_NODE_SCALAR && strstr(node->text, "..") == NULL)
        gn_walk_problem(p, node, "adapt is \"%.40s\"; %s", node->text, advice);
    else
        (void)gn_walk_range(p, node, advice, &a->least_ms, &a->most_ms);
}

static const struct gn_walk_key keys[] = {
    {"every", every, NULL},   {"align", align, NULL},
    {"jitter", jitter, NULL}, {"overlap", overlap, NULL},
    {"missed", missed, NULL}, {"cron", cron, NULL},
    {"window", window, NULL}, {"tz", tz, NULL},
    {"adapt", adapt, NULL},
};

/* What only shows when all of it was read. */
static void check(struct gn_problems *p, const struct gn_node *node,
                  const struct reading *r)
{
    struct garner_error err;

    if (!gn_spec_recurs(r->spec))
        gn_walk_problem(p, node,
                        "schedule has no interval; write one like \"every: "
                        "10s\"");
    else if (gn_spec_check(r->spec, &err) != GARNER_OK)
        gn_walk_problem(p, node, "schedule: %s", err.message);
    else if (r->tz != NULL && !gn_spec_on_wall(r->spec))
        gn_walk_problem(p, r->tz,
                        "tz is the time zone of cron and window, and there is "
                        "neither; remove it");
}

/* A source's schedule stands for itself: nothing of the default one's stays. */
void gn_schedule_read(struct gn_problems *p, const struct gn_node *node,
                      void *scope)
{
    struct reading r = {.scope = scope};
    const size_t before = p->count;

    r.spec = &r.scope->source->schedule;
    *r.spec = (struct gn_spec){0};
    r.scope->source->written = (struct gn_written){0};
    if (node->kind == GN_NODE_SCALAR)
        every(p, node, &r);
    else
        gn_walk_mapping(p, node, keys, COUNT(keys), &r);
    if (r.spec->cron == NULL && r.spec->every_ms == 0)
        r.spec->every_ms = r.spec->adapt.least_ms;
    if (p->count == before)
        check(p, node, &r);
}
