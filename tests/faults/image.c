#include "faults/image.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
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

const char *image_suffix(int file)
{
    static const char *const suffixes[IMAGE_FILES] = {"", "-wal", "-journal"};

    return suffixes[file];
}

struct image image_take(const char *path)
{
    struct image image = {0};

    for (int i = 0; i < IMAGE_FILES; i++)
        image.files[i].data = take(path, image_suffix(i), &image.files[i].size);
    return image;
}

void image_put(const struct image *image, const char *path)
{
    for (int i = 0; i < IMAGE_FILES; i++)
        put(path, image_suffix(i), image->files[i].data, image->files[i].size);
    put(path, "-shm", NULL, 0);
    put(path, "-turn", NULL, 0);
}

struct image image_copy(const struct image *image)
{
    struct image copy = {0};

    for (int i = 0; i < IMAGE_FILES; i++) {
        const struct image_file *from = &image->files[i];

        if (from->data == NULL)
            continue;
        copy.files[i].size = from->size;
        copy.files[i].data = calloc(1, from->size + 1);
        if (copy.files[i].data == NULL)
            abort();
        if (from->size > 0)
            memcpy(copy.files[i].data, from->data, from->size);
    }
    return copy;
}

void image_free(struct image *image)
{
    for (int i = 0; i < IMAGE_FILES; i++)
        free(image->files[i].data);
    *image = (struct image){0};
}
