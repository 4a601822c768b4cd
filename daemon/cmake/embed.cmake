# trainwatch_embed(layer name file): the text of a file inside the program, as
# `extern const std::string_view <name>` of the layer's namespace; <layer>/<name>.hpp declares it.
function(trainwatch_embed layer name file)
    file(READ ${file} text)
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${file})
    set(source ${CMAKE_CURRENT_BINARY_DIR}/${name}.cpp)
    file(
        CONFIGURE
        OUTPUT ${source}
        CONTENT
            "#include \"@layer@/@name@.hpp\"

namespace trainwatch::@layer@ {

const std::string_view @name@ = R\"embedded(@text@)embedded\";

}  // namespace trainwatch::@layer@
"
        @ONLY
    )
    target_sources(trainwatch_${layer} PRIVATE ${source})
endfunction()
