/* batch_test.c - a batch copies what it is given, and survives lost memory. */
#include "store/fixture_test.h"

#include "store/driver/cache.h"

static struct garner_batch *new_batch(void)
{
    struct garner_batch *b;

    assert_int_equal(garner_batch_new(&b, NULL), GARNER_OK);
    return b;
}

static void it_keeps_copies_in_order(void **state)
{
    struct garner_batch *b = new_batch();
    char sql[] = "insert into t values (?, ?, ?, ?, ?)";
    char text[] = "text";
    char blob[] = {0, 1, 2};
    const struct gn_statement *s;

    (void)state;
    assert_int_equal(
        garner_batch_add(b, sql,
                         GARNER_ARGS(garner_integer(-5), garner_real(0.5),
                                     garner_text(text), garner_blob(blob, 3),
                                     garner_null()),
                         NULL),
        GARNER_OK);
    assert_int_equal(garner_batch_add(b, "delete from t", GARNER_ARGS(), NULL),
                     GARNER_OK);
    memset(sql, 'x', sizeof sql - 1);
    memset(text, 'x', sizeof text - 1);
    memset(blob, 'x', sizeof blob);
    assert_int_equal(garner_batch_count(b), 2);
    s = b->first;
    assert_string_equal(s->sql, "insert into t values (?, ?, ?, ?, ?)");
    assert_int_equal(s->size, strlen(s->sql));
    assert_int_equal(s->hash, gn_cache_hash(s->sql, s->size));
    assert_int_equal(s->count, 5);
    assert_int_equal(s->args[0].integer, -5);
    assert_true(s->args[1].real == 0.5);
    assert_int_equal(s->args[2].bytes.size, 4);
    assert_memory_equal(s->args[2].bytes.data, "text", 4);
    assert_memory_equal(s->args[3].bytes.data, "\0\1\2", 3);
    assert_int_equal(s->args[4].type, GARNER_NULL);
    assert_string_equal(s->next->sql, "delete from t");
    assert_null(s->next->next);
    garner_batch_free(b);
}

static void many_statements_share_their_text(void **state)
{
    struct garner_batch *b = new_batch();
    int64_t i = 0;

    (void)state;
    for (i = 0; i < 10000; i++)
        assert_int_equal(garner_batch_add(b, i < 5000 ? "a ?" : "b ?",
                                          GARNER_ARGS(garner_integer(i)), NULL),
                         GARNER_OK);
    i = 0;
    for (const struct gn_statement *s = b->first; s != NULL; s = s->next, i++) {
        assert_int_equal(s->args[0].integer, i);
        assert_string_equal(s->sql, i < 5000 ? "a ?" : "b ?");
        if (s->next != NULL && i != 4999)
            assert_ptr_equal(s->next->sql, s->sql);
    }
    assert_int_equal(i, 10000);
    garner_batch_free(b);
}

static void bytes_count_all_that_is_kept(void **state)
{
    struct garner_batch *b = new_batch();
    char *large = gn_alloc(300000);
    struct gn_statement s;

    (void)state;
    gn_statement_init(&s, "insert into t values (?)",
                      GARNER_ARGS(garner_blob(large, 300000)));
    assert_true(gn_statement_bytes(&s) > 300000);
    assert_int_equal(garner_batch_add(b, s.sql, s.args, 1, NULL), GARNER_OK);
    assert_int_equal(b->bytes, gn_statement_bytes(&s));
    assert_int_equal(garner_batch_add(b, "x", GARNER_ARGS(), NULL), GARNER_OK);
    assert_true(b->bytes > gn_statement_bytes(&s));
    garner_batch_clear(b);
    assert_int_equal(b->bytes, 0);
    garner_batch_free(b);
    gn_free(large);
}

static void cleared_it_keeps_its_settings(void **state)
{
    struct garner_batch *b = new_batch();

    (void)state;
    assert_false(b->ack_set);
    assert_true(b->timeout_ms < 0);
    garner_batch_set_ack(b, GARNER_QUEUED);
    garner_batch_set_timeout(b, -7);
    assert_int_equal(b->timeout_ms, 0);
    garner_batch_set_timeout(b, 7);
    assert_int_equal(garner_batch_add(b, "x", GARNER_ARGS(), NULL), GARNER_OK);
    garner_batch_clear(b);
    assert_int_equal(garner_batch_count(b), 0);
    assert_null(b->first);
    assert_true(b->ack_set);
    assert_int_equal(b->ack, GARNER_QUEUED);
    assert_int_equal(b->timeout_ms, 7);
    assert_int_equal(garner_batch_add(b, "y", GARNER_ARGS(), NULL), GARNER_OK);
    assert_string_equal(b->first->sql, "y");
    garner_batch_free(b);
}

static void a_copy_is_the_same_and_its_own(void **state)
{
    struct garner_batch *b = new_batch();
    struct garner_batch *copy;

    (void)state;
    garner_batch_set_ack(b, GARNER_COMMITTED);
    garner_batch_set_timeout(b, 9);
    assert_int_equal(
        garner_batch_add(b, "x ?", GARNER_ARGS(garner_text("t")), NULL),
        GARNER_OK);
    assert_int_equal(gn_batch_copy(b, &copy, NULL), GARNER_OK);
    garner_batch_free(b);
    assert_int_equal(copy->count, 1);
    assert_string_equal(copy->first->sql, "x ?");
    assert_memory_equal(copy->first->args[0].bytes.data, "t", 1);
    assert_int_equal(copy->ack, GARNER_COMMITTED);
    assert_true(copy->ack_set);
    assert_int_equal(copy->timeout_ms, 9);
    garner_batch_free(copy);
}

static void null_arguments_are_misuse(void **state)
{
    struct garner_batch *b = new_batch();

    (void)state;
    assert_int_equal(garner_batch_new(NULL, NULL), GARNER_MISUSE);
    assert_int_equal(garner_batch_add(NULL, "x", NULL, 0, NULL), GARNER_MISUSE);
    assert_int_equal(garner_batch_add(b, NULL, NULL, 0, NULL), GARNER_MISUSE);
    assert_int_equal(garner_batch_add(b, "x", NULL, 1, NULL), GARNER_MISUSE);
    assert_int_equal(garner_batch_count(b), 0);
    garner_batch_free(b);
    garner_batch_free(NULL);
}

/* Fills a batch so that each kind of allocation is needed; how far it came. */
static enum garner_code fill(struct garner_batch *b)
{
    char sql[2000];
    enum garner_code code = GARNER_OK;

    memset(sql, 'x', sizeof sql);
    sql[sizeof sql - 1] = '\0';
    for (int i = 0; i < 40 && code == GARNER_OK; i++) {
        sql[0] = (char)('a' + i % 26);
        code = garner_batch_add(b, sql, GARNER_ARGS(garner_text_n(sql, 1500)),
                                NULL);
    }
    return code;
}

static void lost_memory_leaves_it_as_it_was(void **state)
{
    unsigned nth = 1;
    struct garner_batch *b;
    struct garner_batch *copy;

    (void)state;
    gn_mem_fail_at(1);
    assert_int_equal(garner_batch_new(&b, NULL), GARNER_NOMEM);
    for (;; nth++) {
        size_t count = 0;
        enum garner_code code;

        b = new_batch();
        gn_mem_fail_at(nth);
        code = fill(b);
        for (const struct gn_statement *s = b->first; s != NULL; s = s->next)
            count++;
        assert_int_equal(count, garner_batch_count(b));
        if (code == GARNER_OK)
            break;
        assert_int_equal(code, GARNER_NOMEM);
        garner_batch_free(b);
    }
    assert_true(nth > 3);
    for (nth = 1;; nth++) {
        gn_mem_fail_at(nth);
        if (gn_batch_copy(b, &copy, NULL) == GARNER_OK)
            break;
        assert_null(copy);
    }
    assert_true(nth > 3);
    gn_mem_fail_at(0);
    garner_batch_free(copy);
    garner_batch_free(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_keeps_copies_in_order),
        cmocka_unit_test(many_statements_share_their_text),
        cmocka_unit_test(bytes_count_all_that_is_kept),
        cmocka_unit_test(cleared_it_keeps_its_settings),
        cmocka_unit_test(a_copy_is_the_same_and_its_own),
        cmocka_unit_test(null_arguments_are_misuse),
        cmocka_unit_test(lost_memory_leaves_it_as_it_was),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
