/* prune_test.c - what is old goes, and what stays can still be read. */
#include "base/mem.h"
#include "engine/fixture_test.h"
#include "engine/history/history.h"
#include "engine/history/prune.h"
#include "engine/history/schema.h"

enum { SIZE = 2000, BODIES = 40, DAY_MS = 86400000 };
#define DAY_US (INT64_C(1000) * DAY_MS)

/* The nth body of a source. */
static void body(int source, int n, char text[SIZE])
{
    for (int i = 0; i < SIZE; i++)
        text[i] = (char)(' ' + (i * 7919 % 101 + i / 9 + source) % 90);
    for (int i = 1; i <= n; i++)
        text[40 * i % SIZE] = '*';
}

static void add_version(struct world *w, struct garner_codec *codec, int source,
                        int n, bool whole)
{
    char before[SIZE];
    char text[SIZE];
    char frame[2 * SIZE];
    unsigned char base[32] = {(unsigned char)(n - 1)};
    unsigned char sha256[32] = {(unsigned char)n};
    struct gn_body kept = {.sha256 = sha256,
                           .codec = "zstd",
                           .data = frame,
                           .size = SIZE,
                           .base = whole ? NULL : base};
    const struct gn_run run = {.source = source,
                               .url = "u",
                               .started_us = n * DAY_US,
                               .attempt = 1,
                               .bytes = SIZE};
    struct garner_batch *batch;

    body(source, n - 1, before);
    body(source, n, text);
    if (!whole)
        garner_codec_base(codec, before, SIZE);
    assert_int_equal(garner_compress(codec, text, SIZE, frame, sizeof frame,
                                     &kept.data_size, NULL),
                     GARNER_OK);
    assert_int_equal(garner_batch_new(&batch, NULL), GARNER_OK);
    assert_int_equal(gn_history_add_body(batch, source, &kept, NULL),
                     GARNER_OK);
    assert_int_equal(gn_history_add_run(batch, &run, true, NULL), GARNER_OK);
    assert_int_equal(garner_write(w->store, batch, NULL, NULL), GARNER_OK);
    garner_batch_free(batch);
}

/* Sources 1 and 2, of 40 days with a run and a body each, the second one's
 * between the first one's. */
static struct world *begin_old(void)
{
    struct world *w = begin(NULL, NULL);
    struct garner_codec *codec;

    assert_int_equal(gn_schema_open(w->store, NULL), GARNER_OK);
    store_runs(w, "insert into garner_source (id, name, url)"
                  " values (1, 'a', 'u'), (2, 'b', 'u')");
    assert_int_equal(garner_codec_new(&codec, NULL), GARNER_OK);
    for (int n = 1; n <= BODIES; n++)
        for (int source = 1; source <= 2; source++)
            add_version(w, codec, source, n, n % 16 == 1);
    garner_codec_free(codec);
    return w;
}

/* All bodies there are are those that were kept. */
static void assert_bodies_are_right(struct world *w)
{
    struct garner_rows *rows;
    enum garner_code code;
    char text[SIZE];

    assert_int_equal(garner_query(w->store,
                                  "select source, sha256, body_of(id)"
                                  " from garner_body",
                                  GARNER_ARGS(), &rows, NULL),
                     GARNER_OK);
    while ((code = garner_next(rows, &w->err)) == GARNER_ROW) {
        const struct garner_value data = garner_column(rows, 2);

        body((int)garner_column(rows, 0).integer,
             *(const unsigned char *)garner_column(rows, 1).bytes.data, text);
        assert_int_equal(data.bytes.size, SIZE);
        assert_memory_equal(data.bytes.data, text, SIZE);
    }
    if (code != GARNER_DONE)
        fail_msg("%s", w->err.message);
    garner_rows_close(rows);
}

static struct gn_pruned prune(struct world *w, const struct gn_prune *p)
{
    struct gn_pruned done = {0};

    if (gn_prune(w->store, p, &done, &w->err) != GARNER_OK)
        fail_msg("%s", w->err.message);
    assert_bodies_are_right(w);
    return done;
}

#define COUNTS                                                                 \
    "select group_concat(n, ' ') from (select count(*) as n from garner_body"  \
    " group by source order by source)"

static void the_last_bodies_stay(void **state)
{
    static const struct gn_prune_rule rules[] = {{1, {.bodies = 20}}};
    struct world *w = begin_old();
    struct gn_pruned done;

    (void)state;
    done = prune(w, &(struct gn_prune){.rules = rules, .count = 1});
    assert_int_equal(done.bodies, 20);
    assert_int_equal(done.runs, 0);
    assert_true(done.bytes > 0);
    assert_asked(w, COUNTS, "20 40");
    assert_asked(w, "select min(id) from garner_body where source = 1", "41");
    /* the first that stays needs none that went */
    assert_asked(w, "select base is null from garner_body where id = 41", "1");
    assert_asked(w, "select base from garner_body where id = 43", "41");
    assert_asked(w, "select count(*) from garner_run", "80");
    done = prune(w, &(struct gn_prune){.rules = rules, .count = 1});
    assert_int_equal(done.bodies, 0);
    end(w);
}

static void whatever_the_number_they_can_be_read(void **state)
{
    struct gn_prune_rule rules[] = {{2, {0}}, {1, {0}}};
    struct world *w = begin_old();

    (void)state;
    for (int n = BODIES - 1; n > 0; n -= 3) {
        rules[0].keep.bodies = n;
        rules[1].keep.bodies = n;
        (void)prune(w, &(struct gn_prune){.rules = rules, .count = 2});
        assert_int_equal(atoi(ask(w, COUNTS)), n);
    }
    assert_asked(w, COUNTS, "3 3");
    end(w);
}

/* The version that it asks with is that of an old body. */
static void what_is_asked_with_stays(void **state)
{
    static const struct gn_prune_rule rules[] = {{1, {.bodies = 1}}};
    struct world *w = begin_old();

    (void)state;
    store_runs(w, "update garner_source set answer_body = 7 where id = 1");
    assert_int_equal(
        prune(w, &(struct gn_prune){.rules = rules, .count = 1}).bodies, 38);
    assert_asked(w, "select group_concat(id) from garner_body where source = 1",
                 "7,79");
    end(w);
}

static void old_runs_go(void **state)
{
    static const struct gn_prune_rule rules[] = {
        {1, {.runs_ms = INT64_C(10) * DAY_MS}},
        {2, {.runs_ms = INT64_C(30) * DAY_MS}}};
    struct world *w = begin_old();
    const struct gn_prune p = {
        .rules = rules, .count = 2, .now_us = BODIES * DAY_US};

    (void)state;
    assert_int_equal(prune(w, &p).runs, 29 + 9);
    assert_asked(w,
                 "select group_concat(n) from (select min(started) /"
                 " 86400000000 as n from garner_run group by source)",
                 "30,10");
    assert_asked(w, "select count(*) from garner_body", "80");
    assert_int_equal(prune(w, &p).runs, 0);
    end(w);
}

static void many_runs_go_in_steps(void **state)
{
    static const struct gn_prune_rule rules[] = {{1, {.runs_ms = 1}}};
    struct world *w = begin(NULL, NULL);
    const struct gn_prune p = {.rules = rules, .count = 1, .now_us = DAY_US};

    (void)state;
    assert_int_equal(gn_schema_open(w->store, NULL), GARNER_OK);
    store_runs(w, "insert into garner_run (source, url, started)"
                  " with recursive n(i) as (select 1 union all select i + 1"
                  " from n where i < 21000) select 1, 'u', i from n");
    assert_int_equal(prune(w, &p).runs, 21000);
    assert_asked(w, "select count(*) from garner_run", "0");
    end(w);
}

static bool once(void *context)
{
    int *left = context;

    return (*left)-- > 0;
}

static void it_can_be_stopped_and_tried_dry(void **state)
{
    static const struct gn_prune_rule rules[] = {
        {1, {.bodies = 20, .runs_ms = DAY_MS}}, {2, {0}}};
    struct world *w = begin_old();
    struct gn_prune p = {
        .rules = rules, .count = 2, .now_us = BODIES * DAY_US, .dry_run = true};
    struct gn_pruned done;
    int left = 2;

    (void)state;
    done = prune(w, &p);
    assert_int_equal(done.bodies, 20);
    assert_int_equal(done.runs, 38);
    assert_asked(w, COUNTS, "40 40");
    assert_asked(w, "select count(*) from garner_run", "80");
    p.dry_run = false;
    p.go_on = once;
    p.context = &left;
    done = prune(w, &p);
    assert_int_equal(done.bodies, 20);
    assert_int_equal(done.runs, 0);
    end(w);
}

static void lost_memory_is_an_error(void **state)
{
    static const struct gn_prune_rule rules[] = {
        {1, {.bodies = 20, .runs_ms = DAY_MS}}};
    struct world *w = begin_old();
    const struct gn_prune p = {
        .rules = rules, .count = 1, .now_us = BODIES * DAY_US};
    struct gn_pruned done = {0};
    enum garner_code code = GARNER_NOMEM;

    (void)state;
    for (unsigned nth = 1; nth <= 200 && code != GARNER_OK; nth++) {
        gn_mem_fail_at(nth);
        code = gn_prune(w->store, &p, &done, &w->err);
        gn_mem_fail_at(0);
        assert_true(code == GARNER_OK || code == GARNER_NOMEM ||
                    code == GARNER_SQL);
        assert_bodies_are_right(w);
    }
    assert_int_equal(code, GARNER_OK);
    assert_asked(w, COUNTS, "20 40");
    end(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_last_bodies_stay),
        cmocka_unit_test(whatever_the_number_they_can_be_read),
        cmocka_unit_test(what_is_asked_with_stays),
        cmocka_unit_test(old_runs_go),
        cmocka_unit_test(many_runs_go_in_steps),
        cmocka_unit_test(it_can_be_stopped_and_tried_dry),
        cmocka_unit_test(lost_memory_is_an_error),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
