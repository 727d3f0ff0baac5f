/* change_test.c - what another configuration changes. */
#include "base/mem.h"
#include "engine/fixture_test.h"
#include "engine/steer/change.h"

enum { LOOPS = 2 };

struct scene {
    struct world *w;
    struct gn_roster rosters[LOOPS];
    struct gn_flow flows[LOOPS];
    struct gn_turnover turnovers[LOOPS];
    struct gn_turnover *loops[LOOPS];
};

/* Sources s0 to s3 at work on the first loop, none on the second. */
static struct scene *start(void)
{
    struct scene *s = calloc(1, sizeof *s);

    assert_non_null(s);
    s->w = begin(NULL, NULL);
    for (int i = 0; i < 4; i++)
        add_source(s->w, "/", 1000)->identity = 1;
    assert_int_equal(
        gn_roster_open(&s->rosters[0], s->w->store, &s->w->config, NULL),
        GARNER_OK);
    for (size_t i = 0; i < LOOPS; i++) {
        gn_mutex_init(&s->flows[i].lock);
        s->turnovers[i] = (struct gn_turnover){
            .flow = &s->flows[i], .roster = &s->rosters[i], .index = i};
        s->loops[i] = &s->turnovers[i];
    }
    return s;
}

static void finish(struct scene *s)
{
    for (size_t i = 0; i < LOOPS; i++)
        gn_mutex_fini(&s->flows[i].lock);
    gn_roster_close(&s->rosters[0]);
    end(s->w);
    free(s);
}

static enum garner_code plan(struct scene *s, const struct gn_config *shares,
                             struct gn_change *c, struct gn_changes *n)
{
    *c = (struct gn_change){0};
    *n = (struct gn_changes){0};
    return gn_change_plan(c, s->loops, shares, LOOPS, n, &s->w->err);
}

static struct gn_source source(const char *name, uint64_t identity)
{
    return (struct gn_source){
        .name = name, .request = {.url = "http://h/"}, .identity = identity};
}

static void who_stays_goes_and_comes(void **state)
{
    struct gn_source next[] = {source("s3", 1), source("new", 1),
                               source("s1", 2)};
    struct gn_source there[] = {source("s0", 1)};
    const struct gn_config shares[LOOPS] = {
        {.sources = next, .source_count = 3},
        {.sources = there, .source_count = 1}};
    struct scene *s = start();
    struct gn_change c;
    struct gn_changes n;

    (void)state;
    assert_int_equal(plan(s, shares, &c, &n), GARNER_OK);
    assert_int_equal(n.same, 1);
    assert_int_equal(n.added, 1);
    assert_int_equal(n.changed, 2);
    assert_int_equal(n.removed, 1);
    assert_int_equal(c.newcomer_count, 3);
    assert_null(c.newcomers[0].after);
    assert_ptr_equal(c.newcomers[1].after, &c.present[1]);
    assert_ptr_equal(c.newcomers[2].after, &c.present[0]);
    assert_int_equal(c.newcomers[2].loop, 1);
    for (size_t i = 0; i < 4; i++) {
        assert_ptr_equal(c.present[i].active, s->rosters[0].actives[i]);
        assert_int_equal(c.present[i].stays, i == 3);
        assert_int_equal(c.present[i].next != NULL, i < 2);
    }
    gn_change_fini(&c);
    finish(s);
}

/* What counts is what the configuration before has of those that have yet to
 * go: here s0 changed, s1 moved, s2 is no more. */
static void who_has_yet_to_go(void **state)
{
    struct gn_source next[] = {source("s0", 2), source("s1", 2),
                               source("s2", 1)};
    struct gn_source s1 = source("s1", 2);
    const struct gn_config shares[LOOPS] = {
        {.sources = next, .source_count = 3}, {.source_count = 0}};
    struct gn_active to_come[] = {{.source = &next[0]}, {.source = &s1}};
    struct scene *s = start();
    struct gn_active **actives = s->rosters[0].actives;
    struct gn_change c;
    struct gn_changes n;

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        actives[i]->leaving = true;
        actives[i]->successor = i < 2 ? &to_come[i] : NULL;
        actives[i]->successor_at = s->loops[i == 1];
    }
    assert_int_equal(plan(s, shares, &c, &n), GARNER_OK);
    assert_int_equal(n.same, 1);
    assert_int_equal(n.added, 1);
    assert_int_equal(n.changed, 1);
    assert_int_equal(n.removed, 1); /* s3 */
    assert_int_equal(c.present[1].loop, 1);
    assert_ptr_equal(c.present[1].last, &to_come[1]);
    assert_null(c.present[2].last);
    assert_ptr_equal(c.newcomers[1].after, &c.present[2]);
    for (size_t i = 0; i < 2; i++)
        actives[i]->successor = NULL;
    gn_change_fini(&c);
    finish(s);
}

static void what_is_wrong_is_said(void **state)
{
    const struct gn_rows_spec rows = {.table = "t", .sql = "select", .line = 7};
    struct gn_source next[] = {source("a", 1), source("b", 1)};
    const struct gn_config shares[LOOPS] = {
        {.source_count = 0},
        {.path = "x.yaml", .sources = next, .source_count = 2}};
    struct scene *s = start();
    struct gn_change c;
    struct gn_changes n;

    (void)state;
    next[1].rows = &rows;
    next[1].row_spec_count = 1;
    assert_int_equal(plan(s, shares, &c, &n), GARNER_SQL);
    assert_has(s->w->err.message, "x.yaml:7: source b: ");
    gn_change_fini(&c);
    finish(s);
}

static void without_memory(void **state)
{
    struct gn_source next[] = {source("s3", 1), source("new", 1)};
    const struct gn_config shares[LOOPS] = {
        {.sources = next, .source_count = 2}, {.source_count = 0}};
    struct scene *s = start();
    enum garner_code code = GARNER_NOMEM;
    unsigned at = 0;

    (void)state;
    while (code == GARNER_NOMEM) {
        struct gn_change c;
        struct gn_changes n;

        gn_mem_fail_at(++at);
        code = plan(s, shares, &c, &n);
        gn_change_fini(&c);
    }
    gn_mem_fail_at(0);
    assert_int_equal(code, GARNER_OK);
    assert_in_range(at, 4, 50);
    finish(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_stays_goes_and_comes),
        cmocka_unit_test(who_has_yet_to_go),
        cmocka_unit_test(what_is_wrong_is_said),
        cmocka_unit_test(without_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
