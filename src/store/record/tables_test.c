/* tables_test.c - the tables are made once, by whoever comes first, and
 * nobody else's are taken for them. */
#include "store/record/fixture_test.h"

#include "store/record/tables.h"

enum { THREADS = 8 };

static void names_are_checked(void **state)
{
    char name[GARNER_COLLECTION_MAX + 2];
    const char *given = NULL;

    (void)state;
    assert_int_equal(gn_record_tables_check(store, &given, NULL), GARNER_OK);
    assert_string_equal(given, "default");
    memset(name, 'n', sizeof name);
    name[GARNER_COLLECTION_MAX] = '\0';
    given = name;
    assert_int_equal(gn_record_tables_check(store, &given, NULL), GARNER_OK);
    assert_ptr_equal(given, name);
    name[GARNER_COLLECTION_MAX] = 'n';
    name[GARNER_COLLECTION_MAX + 1] = '\0';
    assert_fails(gn_record_tables_check(store, &given, &err), GARNER_INVALID,
                 "name of 256 bytes; give it 1 to 255");
    given = "";
    assert_fails(gn_record_tables_check(store, &given, &err), GARNER_INVALID,
                 "name of 0 bytes");
    given = "Gr\xfc\xdf";
    assert_fails(gn_record_tables_check(store, &given, &err), GARNER_INVALID,
                 "not UTF-8 at byte 2");
    assert_fails(gn_record_tables_check(NULL, &given, &err), GARNER_MISUSE,
                 "the store is NULL");
}

static void they_are_made_once(void **state)
{
    (void)state;
    assert_works(gn_record_tables_make(store, "a", &err));
    assert_works(gn_record_tables_make(store, "a", &err));
    assert_works(gn_record_tables_make(store, "b", &err));
    assert_string_equal(foreign_text("select name from garner_collection"),
                        "a,b");
    assert_string_equal(
        foreign_text("select type || ' ' || name from sqlite_schema where name"
                     " like 'garner_%' and name not like '%words\\__%' escape"
                     " '\\' order by type, name"),
        "index garner_record_due,index garner_record_lease,"
        "index garner_record_time,table garner_collection,"
        "table garner_record,table garner_record_body,"
        "table garner_record_words,trigger garner_record_added,"
        "trigger garner_record_changed,trigger garner_record_removed,"
        "trigger garner_record_unworded");
}

static void *put_first(void *argument)
{
    const struct garner_entry entry = {.notes = "one of them"};

    *(enum garner_code *)argument =
        garner_put(store, "race", &entry, NULL, NULL);
    return NULL;
}

static void all_may_be_the_first(void **state)
{
    pthread_t threads[THREADS];
    enum garner_code codes[THREADS];

    (void)state;
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(
            gn_thread_start(&threads[i], put_first, &codes[i], NULL), 0);
    for (int i = 0; i < THREADS; i++)
        gn_thread_join(threads[i]);
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(codes[i], GARNER_OK);
    assert_int_equal(number("select count(*) from garner_record"), THREADS);
    assert_int_equal(number("select count(*) from garner_record_words where"
                            " garner_record_words match 'one'"),
                     THREADS);
}

static void expect_not_ours(const char *words)
{
    const struct garner_entry entry = {0};
    struct garner_record *r;
    struct garner_records *rs;
    int64_t n;

    assert_fails(garner_put(store, NULL, &entry, NULL, &err), GARNER_CORRUPT,
                 words);
    assert_fails(garner_get(store, NULL, 1, &r, &err), GARNER_CORRUPT, words);
    assert_fails(garner_find(store, NULL, NULL, NULL, &rs, &err),
                 GARNER_CORRUPT, words);
    assert_fails(garner_pop(store, NULL, NULL, &r, &err), GARNER_CORRUPT,
                 words);
    assert_fails(garner_remove(store, NULL, 1, &err), GARNER_CORRUPT, words);
    assert_fails(garner_remove_found(store, NULL, NULL, &n, &err),
                 GARNER_CORRUPT, words);
}

static void a_table_of_that_name_is_left_alone(void **state)
{
    (void)state;
    exec("create table garner_record (mine)");
    exec("insert into garner_record values (1)");
    expect_not_ours("the table garner_record is not as garner makes it");
    assert_fails(garner_ack(store, 1, 1, &err), GARNER_CORRUPT,
                 "the table garner_record is not as garner makes it");
    assert_int_equal(number("select count(*) from garner_record"), 1);
    assert_int_equal(number("select count(*) from sqlite_schema"), 1);
}

static void a_missing_table_is_named(void **state)
{
    (void)state;
    (void)put(NULL, "", "data");
    exec("drop table garner_collection");
    expect_not_ours("the table garner_collection is missing");
}

/* Whatever a user's own trigger says comes through, and once. */
static void other_errors_stay_what_they_are(void **state)
{
    const struct garner_entry entry = {.notes = "x"};

    (void)state;
    (void)put(NULL, "", "data");
    exec("create trigger mine before insert on garner_record begin"
         " select raise(abort, 'not today'); end");
    assert_fails(garner_put(store, NULL, &entry, NULL, &err), GARNER_CONSTRAINT,
                 "not today");
    exec("drop trigger mine");
    exec("create trigger mine before delete on garner_record begin"
         " select mine(); end");
    assert_fails(garner_remove(store, NULL, 1, &err), GARNER_SQL,
                 "no such function: mine");
}

/* They need no function of ours: any program may write to them. */
static void triggers_serve_foreign_writers_too(void **state)
{
    sqlite3 *foreign;

    (void)state;
    (void)put(NULL, "first words", "data");
    foreign = foreign_open();
    foreign_run(foreign, "insert into garner_record (collection, time_us,"
                         " notes, size, codec, due_us)"
                         " values (1, 2, 'other words', 0, 'none', 0);"
                         "insert into garner_record_body values (2, x'78');"
                         "update garner_record set notes = 'changed words'"
                         " where id = 1");
    assert_string_equal(foreign_text("select rowid from garner_record_words"
                                     " where garner_record_words match"
                                     " 'first'"),
                        "");
    assert_string_equal(foreign_text("select rowid from garner_record_words"
                                     " where garner_record_words match"
                                     " 'words'"),
                        "1,2");
    foreign_run(foreign, "update garner_record set notes = '' where id = 1;"
                         "delete from garner_record where id = 2");
    assert_string_equal(foreign_text("select rowid from garner_record_words"
                                     " where garner_record_words match"
                                     " 'words'"),
                        "");
    assert_string_equal(foreign_text("select id from garner_record_body"), "1");
    foreign_run(foreign, "insert into garner_record_words (garner_record_words)"
                         " values ('integrity-check')");
    foreign_close(foreign);
}

static void lost_memory_is_an_error(void **state)
{
    unsigned nth = 1;
    enum garner_code code;

    (void)state;
    do {
        gn_mem_fail_at(nth++);
        code = gn_record_tables_make(store, "a", NULL);
        gn_mem_fail_at(0);
        if (code != GARNER_OK)
            assert_int_equal(code, GARNER_NOMEM);
    } while (code != GARNER_OK);
    assert_true(nth > 4);
    assert_string_equal(foreign_text("select name from garner_collection"),
                        "a");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH(names_are_checked),
        WITH(they_are_made_once),
        WITH(all_may_be_the_first),
        WITH(a_table_of_that_name_is_left_alone),
        WITH(a_missing_table_is_named),
        WITH(other_errors_stay_what_they_are),
        WITH(triggers_serve_foreign_writers_too),
        WITH(lost_memory_is_an_error),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
