/* held_test.c - what is copied, and what is not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "extract/held.h"

static struct gn_held held; /* by hold() */
static struct gn_body body;

static void hold(sqlite3_context *to, int argc, sqlite3_value **argv)
{
    (void)argc;
    sqlite3_result_int(to, gn_held_init(&held, &body, argv[0]));
}

static void only_the_body_is_not_copied(void **state)
{
    static const char text[] = "\xef\xbb\xbf"
                               "abc";
    sqlite3_stmt *stmt;
    sqlite3 *db;

    (void)state;
    assert_int_equal(sqlite3_open(":memory:", &db), SQLITE_OK);
    assert_int_equal(sqlite3_create_function(db, "hold", 1, SQLITE_UTF8, NULL,
                                             hold, NULL, NULL),
                     SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db, "select hold(?)", -1, &stmt, NULL),
                     SQLITE_OK);
    for (int i = 0; i < 4; i++) {
        const bool known = i == 0;

        body = (struct gn_body){known ? text : NULL, known ? 6 : 0};
        if (i < 2)
            sqlite3_bind_text(stmt, 1, text, 6, SQLITE_STATIC);
        else if (i == 2)
            sqlite3_bind_null(stmt, 1);
        else
            sqlite3_bind_zeroblob(stmt, 1, 0);
        assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
        assert_true(sqlite3_column_int(stmt, 0));
        assert_int_equal(held.data == text + 3, known);
        assert_int_equal(held.copy != NULL, i == 1);
        assert_int_equal(held.data == NULL, i == 2);
        assert_int_equal(held.size, i < 2 ? 3 : 0);
        if (i < 2)
            assert_memory_equal(held.data, "abc", 3);
        gn_held_fini(&held);
        sqlite3_reset(stmt);
    }
    sqlite3_bind_text(stmt, 1, text, 6, SQLITE_STATIC);
    gn_mem_fail_at(1);
    assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
    gn_mem_fail_at(0);
    assert_false(sqlite3_column_int(stmt, 0));
    gn_held_fini(&held);
    sqlite3_finalize(stmt);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_the_body_is_not_copied),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
