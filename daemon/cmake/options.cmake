# Warnings, hardening, sanitizers: one interface target that every layer links.
find_package(Threads REQUIRED)
find_package(OpenSSL 3.0 REQUIRED)
find_package(Boost 1.81 REQUIRED COMPONENTS json url system)
find_package(yaml-cpp REQUIRED)
find_package(spdlog REQUIRED)
find_package(prometheus-cpp REQUIRED CONFIG)
find_package(CLI11 REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(systemd REQUIRED IMPORTED_TARGET libsystemd)
pkg_check_modules(re2 REQUIRED IMPORTED_TARGET re2)
find_package(ZLIB REQUIRED)
# Strict tables and RETURNING came with 3.37; Debian 12 has 3.40.
find_package(SQLite3 3.37 REQUIRED)

add_library(trainwatch_options INTERFACE)
target_compile_options(
    trainwatch_options
    INTERFACE
        -Wall
        -Wextra
        -Wpedantic
        -Wshadow
        -Wnon-virtual-dtor
        -Woverloaded-virtual
        -Wcast-align
        -Wformat=2
        $<$<BOOL:${TRAINWATCH_WERROR}>:-Werror>
        # GCC 12 reports false positives in its own library under -O2, and in each coroutine about
        # the allocator of Asio's frames.
        $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized;-Wno-missing-field-initializers>
        $<$<CXX_COMPILER_ID:GNU>:-Wno-mismatched-new-delete>
        $<$<CXX_COMPILER_ID:Clang>:-Wno-missing-field-initializers>
)
# Asio and Beast are compiled once (daemon/io/asio.cpp, daemon/wire/beast.cpp), not in each file.
target_compile_definitions(
    trainwatch_options
    INTERFACE BOOST_ASIO_SEPARATE_COMPILATION BOOST_ASIO_NO_DEPRECATED BOOST_BEAST_SEPARATE_COMPILATION
)
if(TRAINWATCH_SANITIZE)
    target_compile_options(
        trainwatch_options INTERFACE -fsanitize=${TRAINWATCH_SANITIZE} -fno-omit-frame-pointer
                                     -fno-sanitize-recover=all -D_GLIBCXX_ASSERTIONS
    )
    target_link_options(trainwatch_options INTERFACE -fsanitize=${TRAINWATCH_SANITIZE})
endif()
if(TRAINWATCH_HARDENED)
    # Position-independent and fully bound before main(), so that nothing is left to overwrite;
    # checked stack, libc and containers. tests/tidy/hardening.py reads the result. Needs an
    # optimised build (_FORTIFY_SOURCE) and does not go with sanitizers.
    target_compile_options(
        trainwatch_options
        INTERFACE -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3 -D_GLIBCXX_ASSERTIONS
                  -fstack-protector-strong -fstack-clash-protection
                  $<$<STREQUAL:${CMAKE_SYSTEM_PROCESSOR},x86_64>:-fcf-protection>
    )
    target_link_options(trainwatch_options INTERFACE -Wl,-z,relro,-z,now)
    set(CMAKE_POSITION_INDEPENDENT_CODE ON)
    include(CheckPIESupported)
    check_pie_supported()
endif()
# Off in every preset: measured on two cores, the code shrinks from 2.4 to 1.5 MB, a poll costs the
# same within the noise, and building takes twice as long. For those who ship small images.
if(TRAINWATCH_LTO)
    include(CheckIPOSupported)
    check_ipo_supported()
    set(CMAKE_INTERPROCEDURAL_OPTIMIZATION ON)
endif()
target_link_libraries(trainwatch_options INTERFACE Threads::Threads)

# trainwatch_unity(target): compiles its sources in batches, which share the work on what they
# include. A helper of one file is seen in the files after it, so its name is its own in the target.
# To GCC every file of a batch is a header, and its warning about those says nothing here.
function(trainwatch_unity target)
    set_target_properties(
        ${target} PROPERTIES UNITY_BUILD ${TRAINWATCH_UNITY} UNITY_BUILD_BATCH_SIZE 8
    )
    if(TRAINWATCH_UNITY)
        target_compile_options(
            ${target} PRIVATE $<$<CXX_COMPILER_ID:GNU>:-Wno-subobject-linkage>
        )
    endif()
endfunction()

# trainwatch_layer(name [UNITY] PUBLIC libs… PRIVATE libs…): the library of daemon/<name>, made of
# all sources in that folder, with UNITY in batches. all_verify_interface_header_sets compiles its
# headers alone, but for those that some source compiled by itself includes first (tests/tidy).
function(trainwatch_layer name)
    cmake_parse_arguments(layer "UNITY" "" "PUBLIC;PRIVATE" ${ARGN})
    file(GLOB sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/daemon/${name}/*.cpp)
    list(FILTER sources EXCLUDE REGEX "/main\\.cpp$")
    file(GLOB headers CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/daemon/${name}/*.hpp)
    set(proven)
    set(unproven)
    foreach(header IN LISTS headers)
        string(REGEX REPLACE "hpp$" "cpp" namesake ${header})
        if(namesake IN_LIST sources AND NOT (layer_UNITY AND TRAINWATCH_UNITY))
            list(APPEND proven ${header})
        else()
            list(APPEND unproven ${header})
        endif()
    endforeach()
    set(root ${PROJECT_SOURCE_DIR}/daemon)
    add_library(trainwatch_${name} STATIC ${sources})
    target_sources(
        trainwatch_${name}
        PUBLIC FILE_SET HEADERS BASE_DIRS ${root} FILES ${proven}
        PUBLIC FILE_SET unproven TYPE HEADERS BASE_DIRS ${root} FILES ${unproven}
    )
    set_target_properties(
        trainwatch_${name} PROPERTIES VERIFY_INTERFACE_HEADER_SETS ON
                                      INTERFACE_HEADER_SETS_TO_VERIFY unproven
    )
    target_link_libraries(
        trainwatch_${name} PUBLIC trainwatch_options ${layer_PUBLIC} PRIVATE ${layer_PRIVATE}
    )
    if(layer_UNITY)
        trainwatch_unity(trainwatch_${name})
    endif()
endfunction()
