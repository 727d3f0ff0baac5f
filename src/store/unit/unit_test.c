/* unit_test.c - units of work, call by call: the order of writing, circles,
 * rows that refer to each other. */
#include "store/unit/fixture_test.h"

/* --- the order -------------------------------------------------------------
 */

static void three_generations(void)
{
    exec("create table a (id integer primary key)");
    exec("create table b (id integer primary key, a_id integer not null "
         "references a)");
    exec("create table c (id integer primary key, a_id references a(id), "
         "b_id integer not null references b(id))");
    watch("a");
    watch("b");
    watch("c");
}

static void what_is_referred_to_goes_first(void **state)
{
    (void)state;
    three_generations();
    INSERT("c", I("id", 1), I("a_id", 1), I("b_id", 2));
    INSERT("b", I("id", 2), I("a_id", 1));
    INSERT("c", I("id", 3), N("a_id"), I("b_id", 1));
    INSERT("a", I("id", 2));
    INSERT("b", I("id", 1), I("a_id", 2));
    INSERT("a", I("id", 1));
    assert_int_equal(garner_unit_count(unit), 6);
    assert_int_equal(write_unit(), 6);
    assert_int_equal(garner_unit_count(unit), 0);
    assert_string_equal(seen(), "+a2,+a1,+b2,+b1,+c1,+c3");
}

static void first_the_new_then_the_changed_then_the_deleted(void **state)
{
    (void)state;
    three_generations();
    exec("insert into a values (1), (2)");
    exec("insert into b values (1, 1), (2, 2)");
    exec("insert into c values (1, 1, 1), (2, 1, 1)");
    (void)seen();
    DELETE("a", I("id", 1));
    DELETE("b", I("id", 1));
    DELETE("c", I("id", 1));
    UPDATE("c", 1, I("id", 2), I("b_id", 3), I("a_id", 3));
    INSERT("b", I("id", 3), I("a_id", 3));
    UPDATE("b", 1, I("id", 2), I("a_id", 3));
    UPSERT("a", 1, I("id", 3));
    DELETE("a", I("id", 2));
    assert_int_equal(write_unit(), 8);
    assert_string_equal(seen(), "+a3,+b3,=b2,=c2,-c1,-b1,-a1,-a2");
}

static void rows_of_a_table_keep_their_order(void **state)
{
    (void)state;
    exec("create table a (id integer primary key, x, y)");
    watch("a");
    INSERT("a", I("id", 5), I("x", 1)); /* of five shapes */
    INSERT("A", I("id", 4));
    UPSERT("a", 1, I("id", 9), I("y", 1));
    INSERT("a", I("ID", 1), I("x", 1));
    INSERT("a", I("id", 3), I("x", 1));
    UPSERT("a", 1, I("id", 5), I("y", 2));
    UPDATE("a", 1, I("id", 3), I("x", 2));
    UPDATE("a", 1, I("id", 1), I("x", 2));
    DELETE("a", I("id", 4));
    DELETE("a", I("y", 2));
    assert_int_equal(write_unit(), 10);
    assert_string_equal(seen(), "+a5,+a4,+a9,+a1,+a3,=a5,=a3,=a1,-a4,-a5");
}

static void an_update_may_set_its_key(void **state)
{
    (void)state;
    exec("create table a (id integer primary key, x)");
    exec("insert into a values (1, 'x'), (2, 'y')");
    UPDATE("a", 1, I("id", 1), I("id", 7), T("x", "z"));
    UPDATE("a", 2, I("id", 2), T("x", "nobody's"), I("id", 8)); /* none */
    assert_int_equal(write_unit(), 1);
    assert_string_equal(text("select id || x from a"), "2y,7z");
}

static void what_there_is_not_is_left(void **state)
{
    (void)state;
    exec("create table a (id integer primary key, x)");
    UPDATE("a", 1, I("id", 1), I("x", 7));
    DELETE("a", I("id", 1));
    assert_int_equal(write_unit(), 0);
}

static void an_empty_unit_is_written_at_once(void **state)
{
    struct garner_stats stats;

    (void)state;
    assert_int_equal(write_unit(), 0);
    garner_stats(store, &stats);
    assert_int_equal(stats.batches + stats.queries, 0);
}

static void a_unit_can_be_written_again(void **state)
{
    struct garner_result result;

    (void)state;
    exec("create table a (id integer primary key, x)");
    INSERT("a", I("x", 7));
    for (int i = 1; i <= 2; i++) {
        assert_int_equal(garner_unit_write(unit, &result, NULL), GARNER_OK);
        assert_int_equal(result.changes, 1);
        assert_int_equal(result.last_rowid, i);
    }
    UPSERT("a", 1, I("id", 2), I("x", 8));
    assert_int_equal(garner_unit_count(unit), 2);
    assert_int_equal(garner_unit_write(unit, NULL, NULL), GARNER_OK);
    assert_string_equal(text("select x from a"), "7,8,7");
}

static void composite_keys_are_followed(void **state)
{
    (void)state;
    exec("create table a (x, y, z, primary key (x, y))");
    exec("create table b (id integer primary key, ay, ax, foreign key (ax, ay) "
         "references a)");
    INSERT("b", I("id", 1), I("ay", 2), T("ax", "one"));
    INSERT("b", I("id", 2), N("ay"), T("ax", "two"));
    INSERT("a", T("x", "one"), I("y", 2));
    assert_int_equal(write_unit(), 3);
    UPDATE("a", 2, T("x", "one"), I("y", 2), T("z", "set"));
    UPSERT("a", 2, T("x", "two"), I("y", 2), T("z", "new"));
    UPSERT("a", 2, T("x", "one"), I("y", 2), T("z", "upserted"));
    assert_int_equal(write_unit(), 3);
    assert_string_equal(text("select x || z from a order by x"),
                        "oneset,twonew");
    DELETE("a", T("x", "one"), I("y", 2));
    DELETE("b", I("ay", 2), T("ax", "one"));
    assert_int_equal(write_unit(), 2);
}

/* --- tables that refer to themselves ---------------------------------------
 */

static void tree(const char *more)
{
    char sql[200];

    snprintf(sql, sizeof sql,
             "create table node (id integer primary key, up integer references "
             "node %s)",
             more);
    exec(sql);
    watch("node");
}

static void rows_are_ordered_where_they_must(void **state)
{
    (void)state;
    tree("");
    INSERT("node", I("id", 9), N("up"));
    INSERT("node", I("id", 5), I("up", 3));
    INSERT("node", I("id", 8), I("up", 8)); /* itself */
    INSERT("node", I("id", 4), I("up", 1));
    UPSERT("node", 1, I("id", 3), I("up", 1));
    INSERT("node", I("id", 6), I("up", 9));
    INSERT("node", I("id", 1), N("up"));
    INSERT("node", I("id", 7));
    assert_int_equal(write_unit(), 8);
    assert_string_equal(seen(), "+node9,+node1,+node3,+node5,+node8,+node4,"
                                "+node6,+node7");
}

static void keys_are_told_as_sqlite_does(void **state)
{
    (void)state;
    exec("create table tag (id text collate nocase primary key, up text "
         "references tag, n integer unique, by text references tag(n))");
    INSERT("tag", T("id", "c"), T("up", "B"));
    INSERT("tag", T("id", "b"), T("up", "A"));
    INSERT("tag", T("id", "a"), N("up"));
    INSERT("tag", T("id", "d"), T("by", "5"));
    INSERT("tag", T("id", "e"), {"n", garner_real(5.0)});
    INSERT("tag", T("id", "f"), {"by", garner_real(-7.0)});
    INSERT("tag", T("id", "g"), T("n", "-7"));
    assert_int_equal(write_unit(), 7);
    /* 'x' and 'X' are two here, and both there already: no circle. */
    exec("create table t (id text primary key, up text references t)");
    exec("insert into t values ('x', null)");
    INSERT("t", T("id", "y"), T("up", "x"));
    INSERT("t", T("id", "X"), T("up", "y"));
    assert_int_equal(write_unit(), 2);
}

static void a_deep_tree_is_written(void **state)
{
    enum { DEEP = 10000 };

    (void)state;
    exec("create table node (id integer primary key, up integer references "
         "node)");
    exec("create index up on node (up)"); /* else SQLite looks at all */
    for (int i = DEEP; i >= 1; i--)
        INSERT("node", I("id", i),
               {"up", i > 1 ? garner_integer(i - 1) : garner_null()});
    assert_int_equal(write_unit(), DEEP);
    for (int i = 1; i <= DEEP; i++)
        DELETE("node", I("id", i));
    assert_int_equal(write_unit(), DEEP);
    assert_int_equal(number("select count(*) from node"), 0);
}

static void rows_that_hold_each_other_go_at_once(void **state)
{
    (void)state;
    tree("");
    exec("insert into node values (1, null), (2, 1), (3, 2), (4, 3), (5, null),"
         "(6, 5)");
    (void)seen();
    DELETE("node", I("id", 1));
    DELETE("node", I("id", 3));
    DELETE("node", I("id", 4));
    DELETE("node", I("id", 77));
    DELETE("node", I("id", 2));
    assert_int_equal(write_unit(), 4);
    assert_string_equal(text("select id from node"), "5,6");
    DELETE("node", I("id", 5)); /* another row holds it */
    refused(GARNER_CONSTRAINT,
            "row 1 (delete from node): FOREIGN KEY constraint failed");
    DELETE("node", I("id", 5));
    DELETE("node", I("id", 1));
    refused(GARNER_CONSTRAINT, "row 1 or one of the 1 after it (delete from "
                               "node): FOREIGN KEY constraint failed");
    assert_string_equal(text("select id from node"), "5,6");
}

static void composite_rows_that_hold_each_other_go_at_once(void **state)
{
    (void)state;
    exec("create table node (who integer, id text, up text, primary key (who, "
         "id), foreign key (who, up) references node) without rowid");
    for (int who = 1; who <= 2; who++) {
        INSERT("node", I("who", who), T("id", "3"), T("up", "2"));
        INSERT("node", I("who", who), T("id", "1"));
        INSERT("node", I("who", who), T("id", "2"), T("up", "1"));
    }
    assert_int_equal(write_unit(), 6);
    DELETE("node", T("who", "1"), I("id", 1)); /* as the columns have it */
    DELETE("node", I("who", 1), T("id", "2"));
    DELETE("node", I("who", 1), T("id", "3"));
    assert_int_equal(write_unit(), 3);
    assert_string_equal(text("select who || id from node"), "21,22,23");
}

static void restricted_rows_go_as_they_were_added(void **state)
{
    (void)state;
    tree("on delete restrict");
    exec("insert into node values (1, null), (2, 1), (3, 2)");
    DELETE("node", I("id", 1));
    DELETE("node", I("id", 2));
    refused(GARNER_CONSTRAINT, "row 1 (delete from node): FOREIGN KEY");
    DELETE("node", I("id", 3));
    DELETE("node", I("id", 2));
    DELETE("node", I("id", 1));
    assert_int_equal(write_unit(), 3);
}

static void cascading_rows_go_in_any_order(void **state)
{
    (void)state;
    tree("on delete cascade");
    exec("insert into node values (1, null), (2, 1), (3, 2), (4, null)");
    DELETE("node", I("id", 1));
    DELETE("node", I("id", 2));
    (void)write_unit();
    assert_string_equal(text("select id from node"), "4");
}

/* --- circles ---------------------------------------------------------------
 */

static void two_that_need_each_other(const char *first, const char *second)
{
    char sql[200];

    snprintf(sql, sizeof sql,
             "create table a (id integer primary key, b_id integer references "
             "b %s)",
             first);
    exec(sql);
    snprintf(sql, sizeof sql,
             "create table b (id integer primary key, a_id integer references "
             "a %s)",
             second);
    exec(sql);
}

static void a_circle_is_refused_and_named(void **state)
{
    struct garner_stats before;
    struct garner_stats after;

    (void)state;
    two_that_need_each_other("", "not deferrable initially deferred");
    INSERT("b", I("id", 4), N("a_id"));
    INSERT("a", I("id", 1), I("b_id", 2));
    INSERT("a", I("id", 3), I("b_id", 4));
    INSERT("b", I("id", 2), I("a_id", 1));
    garner_stats(store, &before);
    refused(GARNER_INVALID, "row 2 can only be written after itself: "
                            "a.b_id -> b.a_id -> a; ");
    garner_stats(store, &after);
    assert_int_equal(before.batches + before.failed,
                     after.batches + after.failed);
    tree("");
    INSERT("node", I("id", 4), I("up", 3));
    INSERT("node", I("id", 1), I("up", 3));
    INSERT("node", I("id", 3), I("up", 2));
    INSERT("node", I("id", 2), I("up", 1));
    refused(GARNER_INVALID,
            "row 2 can only be written after itself: node.up -> node; ");
    assert_int_equal(number("select (select count(*) from a) + (select "
                            "count(*) from b) + (select count(*) from node)"),
                     0);
}

static void a_long_circle_is_named_in_full(void **state)
{
    (void)state;
    exec("create table \"the first\" (x, y, s, primary key (x, y), foreign key "
         "(y, x) references second (u, v))");
    exec("create table second (u, v, third_id references third, unique (u, "
         "v))");
    exec("create table third (id integer primary key, x, y, foreign key (x, y) "
         "references \"the first\")");
    exec("create table beside (id integer primary key, f references third)");
    INSERT("beside", I("id", 1), I("f", 5));
    INSERT("the first", I("x", 1), I("y", 2));
    INSERT("SECOND", I("u", 2), I("v", 1), I("third_id", 5));
    INSERT("third", I("id", 5), I("x", 1), I("y", 2));
    refused(GARNER_INVALID,
            "row 2 can only be written after itself: the first.(y, x) -> "
            "second.third_id -> third.(x, y) -> the first; ");
}

/* Rows of two kinds hang on each other over many, the tables only so: */
static void rows_go_round_but_tables_are_named_once(void **state)
{
    (void)state;
    two_that_need_each_other("", "");
    INSERT("a", I("id", 1), I("b_id", 1));
    INSERT("b", I("id", 1), I("a_id", 2));
    INSERT("a", I("id", 2), I("b_id", 2));
    INSERT("b", I("id", 2), I("a_id", 1));
    refused(GARNER_INVALID, "row 1 can only be written after itself: "
                            "a.b_id -> b.a_id -> a; ");
}

static void tables_in_a_circle_whose_rows_are_in_none_are_written(void **state)
{
    (void)state;
    two_that_need_each_other("", "");
    exec("insert into b values (9, null)");
    INSERT("a", I("id", 1), I("b_id", 1));
    INSERT("b", I("id", 1), I("a_id", 2));
    INSERT("a", I("id", 2), I("b_id", 2));
    INSERT("b", I("id", 2), N("a_id"));
    INSERT("b", I("id", 3), I("a_id", 3));
    INSERT("a", I("id", 3), I("b_id", 9)); /* is there already */
    INSERT("a", I("id", 4));
    assert_int_equal(write_unit(), 7);
    INSERT("a", I("id", 5), N("b_id")); /* the way round */
    INSERT("b", I("id", 5), I("a_id", 5));
    UPDATE("a", 1, I("id", 5), I("b_id", 5));
    assert_int_equal(write_unit(), 3);
    UPDATE("a", 1, I("id", 5), N("b_id"));
    DELETE("b", I("id", 5));
    DELETE("a", I("id", 5));
    assert_int_equal(write_unit(), 3);
}

static void a_deferred_constraint_unties_a_circle(void **state)
{
    (void)state;
    two_that_need_each_other("", "deferrable initially deferred");
    INSERT("a", I("id", 1), I("b_id", 1));
    INSERT("b", I("id", 1), I("a_id", 1));
    assert_int_equal(write_unit(), 2);
    INSERT("a", I("id", 2), I("b_id", 2));
    INSERT("b", I("id", 2), I("a_id", 77)); /* found out at the commit */
    refused(GARNER_CONSTRAINT, "FOREIGN KEY constraint failed");
    DELETE("a", I("id", 1)); /* b may wait, a may not */
    DELETE("b", I("id", 1));
    assert_int_equal(write_unit(), 2);
}

static void a_deferrable_constraint_is_deferred_for_the_unit(void **state)
{
    (void)state;
    two_that_need_each_other("deferrable initially immediate", "");
    for (int i = 1; i <= 5; i++) { /* also when its statement is kept */
        INSERT("b", I("id", i), I("a_id", i));
        INSERT("a", I("id", i), I("b_id", i));
        assert_int_equal(write_unit(), 2);
        assert_int_equal(garner_exec(store, "insert into a values (7, 77)",
                                     NULL, 0, NULL, NULL),
                         GARNER_CONSTRAINT);
    }
    INSERT("a", I("id", 6), I("b_id", 6));
    INSERT("b", I("id", 6), I("a_id", 77));
    refused(GARNER_CONSTRAINT, "FOREIGN KEY constraint failed");
    INSERT("a", I("id", 6), I("b_id", 6));
    INSERT("b", I("id", 6), I("a_id", 6));
    INSERT("b", I("id", 1), I("a_id", 6)); /* there already */
    refused(GARNER_CONSTRAINT, "row 3 (insert into b): UNIQUE");
    DELETE("a", I("id", 1));
    DELETE("b", I("id", 1));
    DELETE("b", I("id", 2));
    DELETE("a", I("id", 2));
    assert_int_equal(write_unit(), 4);
    assert_string_equal(text("select id from a"), "3,4,5");
}

static void a_deferred_tree_is_written_in_any_order(void **state)
{
    (void)state;
    tree("deferrable initially deferred");
    INSERT("node", I("id", 1), I("up", 2));
    INSERT("node", I("id", 2), I("up", 1));
    assert_int_equal(write_unit(), 2);
    DELETE("node", I("id", 1));
    DELETE("node", I("id", 2));
    assert_int_equal(write_unit(), 2);
}

/* Over the one foreign key b waits for a; the other lets go of what it refers
 * to. */
static void a_circle_is_deleted_where_an_action_unties_it(void **state)
{
    (void)state;
    two_that_need_each_other("on delete set null", "");
    exec("insert into a values (1, null)");
    exec("insert into b values (1, 1)");
    exec("update a set b_id = 1");
    DELETE("a", I("id", 1));
    DELETE("b", I("id", 1));
    assert_int_equal(write_unit(), 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        UNIT_TEST(what_is_referred_to_goes_first),
        UNIT_TEST(first_the_new_then_the_changed_then_the_deleted),
        UNIT_TEST(rows_of_a_table_keep_their_order),
        UNIT_TEST(an_update_may_set_its_key),
        UNIT_TEST(what_there_is_not_is_left),
        UNIT_TEST(an_empty_unit_is_written_at_once),
        UNIT_TEST(a_unit_can_be_written_again),
        UNIT_TEST(composite_keys_are_followed),
        UNIT_TEST(rows_are_ordered_where_they_must),
        UNIT_TEST(keys_are_told_as_sqlite_does),
        UNIT_TEST(a_deep_tree_is_written),
        UNIT_TEST(rows_that_hold_each_other_go_at_once),
        UNIT_TEST(composite_rows_that_hold_each_other_go_at_once),
        UNIT_TEST(restricted_rows_go_as_they_were_added),
        UNIT_TEST(cascading_rows_go_in_any_order),
        UNIT_TEST(a_circle_is_refused_and_named),
        UNIT_TEST(a_long_circle_is_named_in_full),
        UNIT_TEST(rows_go_round_but_tables_are_named_once),
        UNIT_TEST(tables_in_a_circle_whose_rows_are_in_none_are_written),
        UNIT_TEST(a_deferred_constraint_unties_a_circle),
        UNIT_TEST(a_deferrable_constraint_is_deferred_for_the_unit),
        UNIT_TEST(a_deferred_tree_is_written_in_any_order),
        UNIT_TEST(a_circle_is_deleted_where_an_action_unties_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
