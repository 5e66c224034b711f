// Everything that is loaded into a server process under test.
import './durableWrites';
import './wire';
