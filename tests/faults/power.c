/* power FOLDER: the ext4 file system of FOLDER stops at once, and takes nothing more; what it had not written to its device,
 * its journal included, is gone, as when the power fails. */

#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/ioctl.h>

/* Of the kernel's fs/ext4/ext4.h; the C library has no header for it. */
#define EXT4_IOC_SHUTDOWN _IOR('X', 125, uint32_t)
#define EXT4_GOING_FLAGS_NOLOGFLUSH 2

int main(int count, char **words) {
    uint32_t how = EXT4_GOING_FLAGS_NOLOGFLUSH;
    if (count != 2)
        return 64;
    int folder = open(words[1], O_RDONLY | O_DIRECTORY);
    if (folder < 0 || ioctl(folder, EXT4_IOC_SHUTDOWN, &how) != 0) {
        perror(words[1]);
        return 1;
    }
    return 0;
}
