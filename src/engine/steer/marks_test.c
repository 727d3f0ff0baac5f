/* marks_test.c - marks are kept, and taken away. */
#include "engine/fixture_test.h"
#include "engine/history/history.h"
#include "engine/history/schema.h"
#include "engine/steer/marks.h"

static struct garner_batch *new_batch(void)
{
    struct garner_batch *batch;

    assert_int_equal(garner_batch_new(&batch, NULL), GARNER_OK);
    return batch;
}

static void write_batch(struct world *w, struct garner_batch *batch)
{
    assert_int_equal(garner_write(w->store, batch, NULL, NULL), GARNER_OK);
    garner_batch_free(batch);
}

static void enter(struct world *w, const char *name)
{
    struct garner_batch *batch = new_batch();

    assert_int_equal(gn_history_add_source(batch, name, "http://a/", 7, NULL),
                     GARNER_OK);
    write_batch(w, batch);
}

static void paused_comes_and_goes(void **state)
{
    struct world *w = begin(NULL, NULL);
    struct gn_memory memory;

    (void)state;
    assert_int_equal(gn_schema_open(w->store, NULL), GARNER_OK);
    enter(w, "a");
    enter(w, "b");
    for (int paused = 1; paused >= 0; paused--) {
        struct garner_batch *batch = new_batch();

        assert_int_equal(gn_marks_add_paused(batch, 2, paused == 1, NULL),
                         GARNER_OK);
        write_batch(w, batch);
        enter(w, "b"); /* a start changes nothing about it */
        assert_int_equal(gn_history_recall(w->store, "b", &memory, NULL),
                         GARNER_OK);
        assert_int_equal(memory.paused, paused);
        assert_asked(w, "select count(paused) from garner_source",
                     paused ? "1" : "0");
    }
    end(w);
}

static void retired_is_who_is_not_entered_again(void **state)
{
    struct world *w = begin(NULL, NULL);
    struct garner_batch *batch = new_batch();

    (void)state;
    assert_int_equal(gn_schema_open(w->store, NULL), GARNER_OK);
    enter(w, "a");
    enter(w, "b");
    assert_int_equal(gn_marks_add_retired(batch, 1, NULL), GARNER_OK);
    assert_int_equal(gn_marks_add_retired(batch, 2, NULL), GARNER_OK);
    write_batch(w, batch);
    enter(w, "b");
    assert_asked(w,
                 "select group_concat(name) from garner_source"
                 " where retired = 1",
                 "a");
    end(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(paused_comes_and_goes),
        cmocka_unit_test(retired_is_who_is_not_entered_again),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
