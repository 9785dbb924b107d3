// How wide help texts are, which are ASCII. In place of a package that knows every script and emoji, for that takes
// longer to load than all else that reads the command line.
export default (text) => text.length;
