/* roster_test.c - sources that can be worked with, and those that cannot. */
#include "base/mem.h"
#include "engine/fixture_test.h"
#include "engine/roster.h"

#define ROWS "select value as id from json_each(:body)"

static const char *const id[] = {"id", NULL};

static enum garner_code open_roster(struct world *w)
{
    struct gn_roster r = {0};
    enum garner_code code = gn_roster_open(&r, w->store, &w->config, &w->err);

    gn_roster_close(&r);
    return code;
}

static void sources_become_active(void **state)
{
    struct world *w = begin(NULL, NULL);
    struct gn_roster r = {0};

    (void)state;
    for (int i = 0; i < 3; i++)
        add_source(w, "/", 1000);
    add_rows(w, &w->sources[1], "t", id, ROWS);
    add_rows(w, &w->sources[2], "t", id,
             "select $headers as id from json_each(:body)");
    assert_int_equal(gn_roster_open(&r, w->store, &w->config, NULL), GARNER_OK);
    assert_int_equal(r.count, 3);
    assert_true(r.has_work);
    assert_int_equal(r.actives[2]->memory.id, 3);
    assert_ptr_equal(r.actives[1]->tables[0], r.actives[2]->tables[0]);
    assert_false(r.actives[1]->wants_headers);
    assert_true(r.actives[2]->wants_headers);
    gn_roster_close(&r);
    assert_asked(w, "select count(*) from garner_source", "3");
    end(w);
}

static void faults_name_the_source_and_its_place(void **state)
{
    static const char *const columns[] = {"ID", "price"};
    static const struct gn_rows_expect full = {.not_null = columns,
                                               .not_null_count = 2};
    struct world *w = begin(NULL, NULL);
    struct gn_rows_spec *rows;

    (void)state;
    rows = add_rows(w, add_source(w, "/", 0), "t", id, "select 1 as other");
    assert_int_equal(open_roster(w), GARNER_INVALID);
    assert_string_equal(w->err.message,
                        "s0: the key \"id\" is no column of the SQL; name one "
                        "of its columns so with AS");
    w->config.path = "g.yaml";
    rows->line = 12;
    assert_int_equal(open_roster(w), GARNER_INVALID);
    assert_has(w->err.message, "g.yaml:12: source s0: the key \"id\"");
    rows->sql = ROWS;
    rows->expect = &full;
    assert_int_equal(open_roster(w), GARNER_INVALID);
    assert_has(w->err.message, "price\", which expect names, is no column");
    rows->expect = NULL;
    rows->sql = "select :unknown as id";
    assert_int_equal(open_roster(w), GARNER_SQL);
    assert_has(w->err.message, ":unknown");
    rows->sql = ROWS;
    rows->table = "garner_run";
    assert_int_equal(open_roster(w), GARNER_INVALID);
    assert_has(w->err.message, "taken");
    w->sources[0].line = 3;
    w->sources[0].request.url = "nonsense";
    assert_int_equal(open_roster(w), GARNER_INVALID);
    assert_has(w->err.message, "g.yaml:3: source s0: URL has no scheme");
    end(w);
}

static void vars_are_parameters(void **state)
{
    const struct gn_var vars[] = {{"symbol", "ABC"}};
    struct world *w = begin(NULL, NULL);
    struct gn_source *s = add_source(w, "/", 0);

    (void)state;
    add_rows(w, s, "t", NULL, "select :symbol as symbol");
    assert_int_equal(open_roster(w), GARNER_SQL);
    s->vars = vars;
    s->var_count = 1;
    assert_int_equal(open_roster(w), GARNER_OK);
    end(w);
}

static void lost_memory_is_an_error(void **state)
{
    struct world *w = begin(NULL, NULL);

    (void)state;
    add_rows(w, add_source(w, "/", 0), "t", id, ROWS);
    add_source(w, "/", 0);
    for (unsigned nth = 1; nth <= 60; nth++) {
        enum garner_code code;

        gn_mem_fail_at(nth);
        code = open_roster(w);
        gn_mem_fail_at(0);
        assert_true(code == GARNER_OK || code == GARNER_NOMEM);
    }
    end(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sources_become_active),
        cmocka_unit_test(faults_name_the_source_and_its_place),
        cmocka_unit_test(vars_are_parameters),
        cmocka_unit_test(lost_memory_is_an_error),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
