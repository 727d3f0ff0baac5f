#include "faults/image.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static void *take(const char *path, const char *suffix, size_t *size)
{
    char name[300];
    void *data = NULL;
    FILE *file;

    snprintf(name, sizeof name, "%s%s", path, suffix);
    file = fopen(name, "r");
    *size = 0;
    if (file == NULL)
        return NULL;
    if (fseek(file, 0, SEEK_END) == 0)
        *size = (size_t)ftell(file);
    rewind(file);
    data = malloc(*size + 1);
    if (data == NULL || fread(data, 1, *size, file) != *size)
        abort();
    fclose(file);
    return data;
}

static void put(const char *path, const char *suffix, const void *data,
                size_t size)
{
    char name[300];
    FILE *file;

    snprintf(name, sizeof name, "%s%s", path, suffix);
    (void)unlink(name);
    if (data == NULL)
        return;
    file = fopen(name, "w");
    if (file == NULL || fwrite(data, 1, size, file) != size ||
        fclose(file) != 0)
        abort();
}

struct image image_take(const char *path)
{
    struct image image;

    image.database = take(path, "", &image.database_size);
    image.log = take(path, "-wal", &image.log_size);
    return image;
}

void image_put(const struct image *image, const char *path)
{
    put(path, "", image->database, image->database_size);
    put(path, "-wal", image->log, image->log_size);
    put(path, "-shm", NULL, 0);
    put(path, "-turn", NULL, 0);
}

void image_free(struct image *image)
{
    free(image->database);
    free(image->log);
    *image = (struct image){0};
}
