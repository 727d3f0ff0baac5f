/* change_test.c - what another configuration changes. */
#include "base/mem.h"
#include "engine/fixture_test.h"
#include "engine/steer/change.h"

struct scene {
    struct world *w;
    struct gn_roster roster;
    struct gn_flow flow;
};

/* Sources s0 to s3 at work. */
static struct scene *start(void)
{
    struct scene *s = calloc(1, sizeof *s);

    assert_non_null(s);
    s->w = begin(NULL, NULL);
    for (int i = 0; i < 4; i++)
        add_source(s->w, "/", 1000)->identity = 1;
    assert_int_equal(
        gn_roster_open(&s->roster, s->w->store, &s->w->config, NULL),
        GARNER_OK);
    gn_mutex_init(&s->flow.lock);
    assert_int_equal(gn_schedule_new(0, 1, &s->flow.schedule, NULL), GARNER_OK);
    return s;
}

static void finish(struct scene *s)
{
    gn_schedule_free(s->flow.schedule);
    gn_mutex_fini(&s->flow.lock);
    gn_roster_close(&s->roster);
    end(s->w);
    free(s);
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
    struct gn_config config = {.sources = next, .source_count = 3};
    struct scene *s = start();
    struct gn_change c = {0};
    struct gn_changes n = {0};

    (void)state;
    assert_int_equal(
        gn_change_plan(&s->flow, &s->roster, &config, &c, &n, NULL), GARNER_OK);
    assert_int_equal(n.same, 1);
    assert_int_equal(n.added, 1);
    assert_int_equal(n.changed, 1);
    assert_int_equal(n.removed, 2);
    assert_int_equal(c.newcomer_count, 2);
    assert_null(c.newcomers[0].before);
    assert_ptr_equal(c.newcomers[1].before, s->roster.actives[1]);
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(c.present[i].stays, i == 3);
        assert_int_equal(c.present[i].has_successor, i == 1);
    }
    gn_change_fini(&c, false);
    finish(s);
}

static void what_is_wrong_is_said(void **state)
{
    const struct gn_rows_spec rows = {.table = "t", .sql = "select", .line = 7};
    struct gn_source next[] = {source("a", 1), source("b", 1)};
    struct gn_config config = {
        .path = "x.yaml", .sources = next, .source_count = 2};
    struct scene *s = start();
    struct gn_change c = {0};
    struct gn_changes n = {0};
    struct garner_error err;

    (void)state;
    next[1].rows = &rows;
    next[1].row_spec_count = 1;
    assert_int_equal(
        gn_change_plan(&s->flow, &s->roster, &config, &c, &n, &err),
        GARNER_SQL);
    assert_has(err.message, "x.yaml:7: source b: ");
    gn_change_fini(&c, false);
    s->flow.closed = true;
    assert_int_equal(
        gn_change_plan(&s->flow, &s->roster, &config, &c, &n, &err),
        GARNER_CLOSED);
    gn_change_fini(&c, false);
    finish(s);
}

static void without_memory(void **state)
{
    struct gn_source next[] = {source("s3", 1), source("new", 1)};
    struct gn_config config = {.sources = next, .source_count = 2};
    struct scene *s = start();
    enum garner_code code = GARNER_NOMEM;
    unsigned at = 0;

    (void)state;
    while (code == GARNER_NOMEM) {
        struct gn_change c = {0};
        struct gn_changes n = {0};

        gn_mem_fail_at(++at);
        code =
            gn_change_plan(&s->flow, &s->roster, &config, &c, &n, &s->w->err);
        gn_change_fini(&c, false);
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
        cmocka_unit_test(what_is_wrong_is_said),
        cmocka_unit_test(without_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
